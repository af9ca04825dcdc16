/* fault_kind.h - why there is no answer: for who has more to say than the error's text. */
#ifndef ZV_IO_FAULT_KIND_H
#define ZV_IO_FAULT_KIND_H

/* What was spoken, and whose settings are to be looked at. */
enum zv_fault_protocol {
	ZV_FAULT_AMI,	/* manager.conf */
	ZV_FAULT_HTTP,	/* http.conf */
	ZV_FAULT_ZVOND, /* zvond.conf */
};

enum zv_fault {
	ZV_FAULT_NONE, /* none, or none of those below: the text says it */
	ZV_FAULT_PROXY,
	ZV_FAULT_REFUSED,	/* nobody listens there */
	ZV_FAULT_EXPIRED,	/* a certificate: its time is over */
	ZV_FAULT_NOT_VALID_YET, /* … has not come */
	ZV_FAULT_OTHER_NAME,	/* … it is for another host */
	ZV_FAULT_UNKNOWN_CA,	/* … signed by nobody we know */
	ZV_FAULT_OTHER_KEY,	/* not the pinned one */
	ZV_FAULT_CA_FILE,	/* ours cannot be read */
	ZV_FAULT_NO_TLS,	/* the port speaks none */
	ZV_FAULT_CLOSED_IN_TLS, /* during the handshake */
	ZV_FAULT_CLOSED,	/* without an answer */
	ZV_FAULT_NOT_HTTP,
	ZV_FAULT_SILENT,  /* no answer in time */
	ZV_FAULT_DAMAGED, /* an answer that is cut, or none of Asterisk's */
	ZV_N_FAULTS,
};

#endif
