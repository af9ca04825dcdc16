/* PJSIPShow…: the phones as res_pjsip has them. */
#include <stdio.h>

#include "office/actions.h"
#include "office/lines.h"
#include "office/write.h"

static bool
is_registered(const struct zv_line *l)
{
	return l->mood != ZV_MOOD_UNREGISTERED;
}

static void
contact_of(const struct zv_office *o, const struct zv_line *l, char out[ZV_NAME_MAX])
{
	snprintf(out, ZV_NAME_MAX, "sip:%s@192.0.2.%d:5060", l->number,
		 10 + (int)(l - o->lines));
}

static void
put_contact(struct zv_buf *out, const struct zv_office *o, const struct zv_line *l,
	    const char *end)
{
	char uri[ZV_NAME_MAX];

	contact_of(o, l, uri);
	if (is_registered(l))
		zv_buf_printf(out, "Contacts: %s/%s%s\r\n", l->number, uri, end);
	else
		zv_put_text(out, "Contacts", "");
}

static void
put_state(struct zv_buf *out, struct zv_office *o, const struct zv_line *l)
{
	zv_put_text(out, "DeviceState", zv_device_words(l->device));
	zv_put_int(out, "ActiveChannels", zv_line_channels(o, l));
}

ZV_ACTION(pjsip_endpoints)
{
	struct zv_office *o = s->office;

	zv_list_start(s, asked,
		      "A listing of Endpoints follows, presented as EndpointList "
		      "events");
	for (int i = 0; i < ZV_LINES; i++) {
		const struct zv_line *l = &o->lines[i];
		struct zv_buf *out = zv_item(s, "EndpointList");

		zv_put_action_id(out, asked);
		zv_put_text(out, "ObjectType", "endpoint");
		zv_put_text(out, "ObjectName", l->number);
		zv_put_text(out, "Transport", "udp");
		zv_put_text(out, "Aor", l->number);
		zv_put_text(out, "Auths", l->number);
		zv_put_text(out, "OutboundAuths", "");
		put_contact(out, o, l, ",");
		put_state(out, o, l);
		zv_door_end(&s->door);
	}
	zv_list_complete(s, asked, "EndpointListComplete", ZV_LINES);
	zv_door_end(&s->door);
}

/* ---- one endpoint ---------------------------------------------------------- */

static void
endpoint_detail(struct zv_office_session *s, const struct zv_asked *asked,
		const struct zv_line *l)
{
	struct zv_buf *out = zv_item(s, "EndpointDetail");

	zv_put_action_id(out, asked);
	zv_put_text(out, "ObjectType", "endpoint");
	zv_put_text(out, "ObjectName", l->number);
	zv_put_text(out, "Webrtc", "no");
	zv_put_text(out, "DeviceStateBusyAt", "0");
	zv_put_text(out, "Aors", l->number);
	zv_put_text(out, "Context", l->context);
	zv_put_text(out, "Transport", "udp");
	zv_put_text(out, "MohSuggest", "default");
	zv_put_text(out, "CallGroup", "");
	zv_put_text(out, "PickupGroup", "");
	zv_put_text(out, "Language", "");
	if (l->is_trunk)
		zv_put_text(out, "Callerid", "<unknown>");
	else
		zv_buf_printf(out, "Callerid: \"%s\" <%s>\r\n", l->name, l->number);
	zv_put_text(out, "Accountcode", "");
	zv_put_text(out, "Allow", "(ulaw|alaw)");
	zv_put_text(out, "Auth", l->number);
	zv_put_text(out, "DtmfMode", "rfc4733");
	put_state(out, s->office, l);
	zv_door_end(&s->door);
}

static void
aor_detail(struct zv_office_session *s, const struct zv_asked *asked,
	   const struct zv_line *l)
{
	struct zv_buf *out = zv_item(s, "AorDetail");

	zv_put_action_id(out, asked);
	zv_put_text(out, "ObjectType", "aor");
	zv_put_text(out, "ObjectName", l->number);
	zv_put_text(out, "MaxContacts", "1");
	put_contact(out, s->office, l, "");
	zv_put_int(out, "TotalContacts", is_registered(l));
	zv_put_int(out, "ContactsRegistered", is_registered(l));
	zv_put_text(out, "EndpointName", l->number);
	zv_door_end(&s->door);
}

ZV_ACTION(pjsip_endpoint)
{
	struct zv_str name = zv_asked_get(asked, "Endpoint");
	const struct zv_line *l = zv_line_find(s->office, name);

	if (!name.n) {
		zv_door_error(&s->door, asked, "Endpoint parameter missing.");
		return;
	}
	if (!l) {
		/* the LF is Asterisk's own */
		zv_door_error(&s->door, asked, "Unable to retrieve endpoint %.*s\n",
			      ZV_ARG(name));
		return;
	}
	zv_list_start(s, asked,
		      "Following are Events for each object associated with the "
		      "Endpoint");
	endpoint_detail(s, asked, l);
	aor_detail(s, asked, l);
	zv_list_complete(s, asked, "EndpointDetailComplete", 2);
	zv_door_end(&s->door);
}

ZV_ACTION(pjsip_contacts)
{
	struct zv_office *o = s->office;
	int n = 0;

	zv_list_start(s, asked,
		      "A listing of Contacts follows, presented as ContactList events");
	for (int i = 0; i < ZV_LINES; i++) {
		const struct zv_line *l = &o->lines[i];
		struct zv_buf *out;
		char uri[ZV_NAME_MAX];

		if (!is_registered(l))
			continue;
		contact_of(o, l, uri);
		out = zv_item(s, "ContactList");
		zv_put_action_id(out, asked);
		zv_put_text(out, "ObjectType", "contact");
		zv_buf_printf(out, "ObjectName: %s;@%032x\r\n", l->number,
			      (unsigned)(i + 1) * 2654435761u);
		zv_put_text(out, "Endpoint", l->number);
		zv_put_text(out, "Uri", uri);
		zv_put_text(out, "Status", "Reachable");
		zv_put_int(out, "RoundtripUsec", 800 + 37 * i);
		zv_door_end(&s->door);
		n++;
	}
	zv_list_complete(s, asked, "ContactListComplete", n);
	zv_door_end(&s->door);
}
