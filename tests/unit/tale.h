/* tale.h - the call model fed with events in short, and what it tells in short. */
#ifndef UNIT_TALE_H
#define UNIT_TALE_H

#include "helper.h"
#include "zvon/call.h"

#define TALE_CALLS 64

struct tale {
	struct zv_calls *calls;
	struct zv_buf told;
	int64_t now_ms;
	int failed;	 /* the first error of a feed */
	size_t open;	 /* calls that began and have not ended */
	unsigned broken; /* calls that ended without a beginning, or twice */
	char ids[TALE_CALLS][64];
	size_t n_ids;
};

/* A server of that version of AMI: "1.1", "2.8.0"; "": no banner. */
void tale_begin(struct tale *t, const char *ami_version);
void tale_end(struct tale *t); /* frees all */

/* Lines of the form `Newchannel Channel=SIP/101-1|Uniqueid=a`; `tick 200` lets that many
 * ms pass. Events only. */
void tale_feed(struct tale *t, const char *lines);

/* What was told: `started internal 101>102; ringing 102; …`. Of the second call and so
 * on each piece begins with its number: `2:`. At the end of a call its legs are added.
 * Lines, queues and servers are left out. */
void tale_check(struct tale *t, const char *row, const char *wanted);

/* Events of AMI 1.x in short. */
#define NEW(channel, number, exten, id)                                                \
 "Newchannel Channel=" channel "|ChannelState=0|CallerIDNum=" number "|Exten=" exten   \
 "|Uniqueid=" id "\n"
#define STATE(id, state) "Newstate Channel=x|ChannelState=" state "|Uniqueid=" id "\n"
#define RING(id)	 STATE(id, "4")
#define RINGING(id)	 STATE(id, "5")
#define UP(id)		 STATE(id, "6")
#define EXTEN(id, exten, app, data)                                                    \
 "Newexten Channel=x|Extension=" exten "|Application=" app "|AppData=" data            \
 "|Uniqueid=" id "\n"
#define VAR(id, variable, value)                                                       \
 "VarSet Channel=x|Variable=" variable "|Value=" value "|Uniqueid=" id "\n"
#define DIAL(from, to, string)                                                         \
 "Dial SubEvent=Begin|Channel=x|Destination=y|UniqueID=" from "|DestUniqueID=" to      \
 "|Dialstring=" string "\n"
#define DIAL_END(from, status)                                                         \
 "Dial SubEvent=End|Channel=x|UniqueID=" from "|DialStatus=" status "\n"
#define LINK(a, b)                                                                     \
 "Bridge Bridgestate=Link|Channel1=x|Channel2=y|Uniqueid1=" a "|Uniqueid2=" b "\n"
#define UNLINK(a, b)	  "Unlink Channel1=x|Channel2=y|Uniqueid1=" a "|Uniqueid2=" b "\n"
#define HANGUP(id, cause) "Hangup Channel=x|Uniqueid=" id "|Cause=" cause "\n"
#define MUSIC(id, state)  "MusicOnHold State=" state "|Channel=x|UniqueID=" id "\n"
#define RENAME(id, name)  "Rename Channel=x|Newname=" name "|Uniqueid=" id "\n"
/* What was at `from` (x) is at `to` (y) now. */
#define MASQUERADE(x, from, y, to)                                                     \
 "Masquerade Clone=" x "|Original=" y "\n" RENAME(from, x "<MASQ>") RENAME(to, x)      \
	 RENAME(from, y "<ZOMBIE>")

/* One short transcript, and what is to be told. */
struct tale_row {
	const char *name;
	const char *ami_version; /* 1.8: 1.1, 10: 1.2, 11: 1.3 */
	const char *lines, *told;
};

/* Each in a tale of its own; in the end nothing is open. */
void tale_check_rows(const struct tale_row *rows, size_t n);

#endif
