/* What 1.x had not: left out, for old code may take an unknown event for one that it
 * waits for (a search for `Bridge` finds BridgeCreate), or stumble over their number. */
#include "legacy/impl.h"

#define NEW(name)                                                                      \
 {                                                                                     \
  name, .is_new = true                                                                 \
 }

const struct zv_legacy_rule zv_legacy_new_rules[] = {
	NEW("NewConnectedLine"),
	NEW("LocalOptimizationBegin"),
	NEW("LocalOptimizationEnd"),
	NEW("MixMonitorStart"),
	NEW("MixMonitorStop"),
	NEW("MixMonitorMute"),
	NEW("ChannelTalkingStart"),
	NEW("ChannelTalkingStop"),
	NEW("HangupHandlerPush"),
	NEW("HangupHandlerPop"),
	NEW("HangupHandlerRun"),
	NEW("Wink"),
	NEW("Flash"),
	NEW("DAHDIChannel"),
	/* states */
	NEW("DeviceStateChange"),
	NEW("PresenceStateChange"),
	NEW("PresenceStatus"),
	NEW("ContactStatus"),
	NEW("EndpointStatus"),
	NEW("AorStatus"),
	/* class security; 10 and 11 had them in their log only */
	NEW("SuccessfulAuth"),
	NEW("InvalidAccountID"),
	NEW("InvalidPassword"),
	NEW("InvalidTransport"),
	NEW("ChallengeSent"),
	NEW("ChallengeResponseFailed"),
	NEW("FailedACL"),
	NEW("AuthMethodNotAllowed"),
	NEW("LoadAverageLimit"),
	NEW("MemoryLimit"),
	NEW("RequestBadFormat"),
	NEW("RequestNotAllowed"),
	NEW("RequestNotSupported"),
	NEW("SessionLimit"),
	NEW("SessionTimeout"),
	NEW("UnexpectedAddress"),
	/* builds with the test framework */
	NEW("TestEvent"),
	{ 0 },
};
