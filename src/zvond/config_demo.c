/* config_demo.c - what `zvond --demo` runs with. The passwords are no secrets: they stand
 * in the manual, and it listens on 127.0.0.1 only. */
#include "zvond/config.h"

static const char demo[] =
	"[general]\n"
	"state = %s\n"
	"[history]\n"
	"store = %s\n"
	"[listen demo]\n"
	"bind = 127.0.0.1:%d\n"
	"addresses = 127.0.0.0/8, ::1/128\n"
	"panel_role = operator\n"
	"[server office]\n"
	"demo = yes\n"
	"context = internal\n"
	"demo_rate = %d\n"
	"notify_answer = yes\n"
	"notify_hold = yes\n"
	"trunks = provider\n"
	"[role operator]\n"
	"may = view,dial,control,transfer,pickup,conference,record,agent\n"
	"see = queues\n"
	"dial = allow 8XXXXXXXXXX\n"
	"[role supervisor](role operator)\n"
	"may = "
	"view,dial,control,transfer,pickup,conference,record,agent,spy,raw,admin\n"
	"see = all\n"
	"control = all\n"
	"recordings = all\n"
	"[user demo]\n"
	"password_hash = $argon2id$v=19$m=65536,t=2,p=1$h+U+NW+rjIgiz4rTLiRXBQ$"
	"X1jC5ktMSL0yEkJdUQJYzsQPF8staUxrud3lELxyTIc\n" /* demo */
	"full_name = Анна Смирнова\n"
	"lines = 200\n"
	"queues = sales\n"
	"[user supervisor]\n"
	"role = supervisor\n"
	"password_hash = $argon2id$v=19$m=65536,t=2,p=1$+BS9PMxnMICxJEwDApG0Ww$"
	"WFIVZbezXOesAIehq4NxHLdXImX1KT3TmLeANzUhXeE\n" /* supervisor */
	"full_name = John Smith\n"
	"lines = 201\n"
	"queues = sales\n";

struct zv_config *
zv_config_demo(int port, const char *state, int rate, struct zv_buf *complaints)
{
	struct zv_buf text = { 0 };
	struct zv_config *c;

	zv_buf_printf(&text, demo, state ? state : "",
		      state ? "history.db" : "temporary", port, rate);
	c = zv_config_parse("demo", zv_buf_str(&text), complaints);
	zv_buf_deinit(&text);
	if (c)
		c->file = NULL;
	return c;
}
