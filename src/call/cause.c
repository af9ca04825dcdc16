#include "call/cause.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Texts as in Asterisk's `Cause-txt`. */
static const struct {
	int cause;
	enum zv_call_result result;
	const char *text;
} causes[] = {
	{ 1, ZV_RESULT_FAILED, "Unallocated (unassigned) number" },
	{ 2, ZV_RESULT_FAILED, "No route to specified transmit network" },
	{ 3, ZV_RESULT_FAILED, "No route to destination" },
	{ 5, ZV_RESULT_FAILED, "Misdialed trunk prefix" },
	{ 6, ZV_RESULT_FAILED, "Channel unacceptable" },
	{ 16, ZV_RESULT_NONE, "Normal Clearing" },
	{ 17, ZV_RESULT_BUSY, "User busy" },
	{ 18, ZV_RESULT_NO_ANSWER, "No user responding" },
	{ 19, ZV_RESULT_NO_ANSWER, "User alerting, no answer" },
	{ 20, ZV_RESULT_FAILED, "Subscriber absent" },
	{ 21, ZV_RESULT_REJECTED, "Call Rejected" },
	{ 22, ZV_RESULT_FAILED, "Number changed" },
	{ 26, ZV_RESULT_NONE, "Answered elsewhere" },
	{ 27, ZV_RESULT_FAILED, "Destination out of order" },
	{ 28, ZV_RESULT_FAILED, "Invalid number format" },
	{ 29, ZV_RESULT_FAILED, "Facility rejected" },
	{ 31, ZV_RESULT_NONE, "Normal, unspecified" },
	{ 34, ZV_RESULT_CONGESTION, "Circuit/channel congestion" },
	{ 38, ZV_RESULT_CONGESTION, "Network out of order" },
	{ 41, ZV_RESULT_CONGESTION, "Temporary failure" },
	{ 42, ZV_RESULT_CONGESTION, "Switching equipment congestion" },
	{ 44, ZV_RESULT_CONGESTION, "Requested channel not available" },
	{ 50, ZV_RESULT_FAILED, "Facility not subscribed" },
	{ 52, ZV_RESULT_FAILED, "Outgoing call barred" },
	{ 54, ZV_RESULT_FAILED, "Incoming call barred" },
	{ 57, ZV_RESULT_FAILED, "Bearer capability not authorized" },
	{ 58, ZV_RESULT_FAILED, "Bearer capability not available" },
	{ 65, ZV_RESULT_FAILED, "Bearer capability not implemented" },
	{ 66, ZV_RESULT_FAILED, "Channel not implemented" },
	{ 69, ZV_RESULT_FAILED, "Facility not implemented" },
	{ 88, ZV_RESULT_FAILED, "Incompatible destination" },
	{ 102, ZV_RESULT_FAILED, "Recover on timer expiry" },
	{ 111, ZV_RESULT_FAILED, "Protocol error, unspecified" },
	{ 127, ZV_RESULT_NONE, "Interworking, unspecified" },
};

static const struct {
	const char *word;
	enum zv_call_result result;
} dial_states[] = {
	{ "ANSWER", ZV_RESULT_ANSWERED },	{ "BUSY", ZV_RESULT_BUSY },
	{ "NOANSWER", ZV_RESULT_NO_ANSWER },	{ "CANCEL", ZV_RESULT_CANCELLED },
	{ "CONGESTION", ZV_RESULT_CONGESTION }, { "CHANUNAVAIL", ZV_RESULT_FAILED },
	{ "INVALIDARGS", ZV_RESULT_FAILED },	{ "DONTCALL", ZV_RESULT_REJECTED },
	{ "TORTURE", ZV_RESULT_REJECTED },
};

enum zv_call_result
zv_cause_result(int cause)
{
	for (size_t i = 0; i < COUNT(causes); i++)
		if (causes[i].cause == cause)
			return causes[i].result;
	return ZV_RESULT_NONE;
}

const char *
zv_cause_text(int cause)
{
	for (size_t i = 0; i < COUNT(causes); i++)
		if (causes[i].cause == cause)
			return causes[i].text;
	return "";
}

enum zv_call_result
zv_dial_status_result(struct zv_str status)
{
	for (size_t i = 0; i < COUNT(dial_states); i++)
		if (zvon_str_equal_nocase(status, zvon_str(dial_states[i].word)))
			return dial_states[i].result;
	return ZV_RESULT_NONE;
}
