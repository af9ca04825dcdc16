/* class.h - the privilege classes of manager.conf: call, agent, dialplan… */
#ifndef ZV_AMI_CLASS_H
#define ZV_AMI_CLASS_H

#include "base/buf.h"

/* Numbers of Asterisk 22's manager.h: an event mask may be given as a number. */
enum {
	ZV_CLASS_SYSTEM = 1 << 0,
	ZV_CLASS_CALL = 1 << 1,
	ZV_CLASS_LOG = 1 << 2,
	ZV_CLASS_VERBOSE = 1 << 3,
	ZV_CLASS_COMMAND = 1 << 4,
	ZV_CLASS_AGENT = 1 << 5,
	ZV_CLASS_USER = 1 << 6,
	ZV_CLASS_CONFIG = 1 << 7,
	ZV_CLASS_DTMF = 1 << 8,
	ZV_CLASS_REPORTING = 1 << 9,
	ZV_CLASS_CDR = 1 << 10,
	ZV_CLASS_DIALPLAN = 1 << 11,
	ZV_CLASS_ORIGINATE = 1 << 12,
	ZV_CLASS_AGI = 1 << 13,
	ZV_CLASS_CC = 1 << 15,
	ZV_CLASS_AOC = 1 << 16,
	ZV_CLASS_TEST = 1 << 17,
	ZV_CLASS_SECURITY = 1 << 18,
	ZV_CLASS_MESSAGE = 1 << 30,
	ZV_CLASS_NAMED = 0x4007bfff, /* those above */
	ZV_CLASS_ALL = 0x7fffffff,
};

/* "call,reporting,all", as in a Privilege line; "<none>" for 0. */
void zv_class_format(struct zv_buf *out, unsigned classes);

/* "call,agent"; "" for 0. */
void zv_class_format_names(struct zv_buf *out, unsigned classes);

/* "call,agent": the classes that are known, others are passed over. "all" is ALL, or, of
 * what was granted, passed over too: a Privilege line always ends with it. */
unsigned zv_class_parse(struct zv_str names);
unsigned zv_class_parse_granted(struct zv_str names);

/* An event mask: on, off, a number, or names. 0, or ZV_EINVAL when it is empty. */
int zv_class_parse_mask(struct zv_str text, unsigned *mask);

#endif
