/* zvond's configuration from a text: what becomes of it, that it prints as it reads, and
 * every allocation failed. What is wrong with a file is in tests/sys/test_zvond_config.py. */
#include "helper.h"

#include "base/mem.h"
#include "base/str.h"
#include "heap.h"
#include "zvond/config.h"

#define SECRET "s3cr3t-marker"
#define HASH   "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char text[] = "[general]\n"
			   "state =\n"
			   "ring_ms = 5\n"
			   "[listen inside]\n"
			   "bind = [::1]:2014\n"
			   "addresses = 10.0.0.0/8, ::1\n"
			   "panel_role = r\n"
			   "origins = https://crm.example\n"
			   "origins = https://other.example\n"
			   "[listen outside]\n"
			   "bind = systemd:panels\n"
			   "faces = zvon,http\n"
			   "operations = 192.0.2.0/24\n"
			   "[server a]\n"
			   "url = amis://u@h:5039\n"
			   "secret = " SECRET "\n"
			   "trunks = provider, DAHDI/*\n"
			   "protocol = SIP/\n"
			   "[server b]\n"
			   "demo = yes\n"
			   "auto_pause = yes\n"
			   "[role r]\n"
			   "may = view,dial,raw\n"
			   "see = queues\n"
			   "dial = deny 8810.\n"
			   "dial = allow 8ZXX,9XXX\n"
			   "actions = Ping, CoreStatus\n"
			   "[phone](!)\n"
			   "role = r\n"
			   "queues = sales\n"
			   "[user ivan](phone)\n"
			   "lines = 101,a/102\n"
			   "queues = support\n"
			   "full_name = Иван\n"
			   "token = " HASH "\n"
			   "[user crm]\n"
			   "role = viewer\n"
			   "auto_pause = no\n"
			   "token = " HASH "\n";

static struct zv_config *
parse(const char *what, struct zv_buf *complaints)
{
	return zv_config_parse("zvond.conf", zvon_str(what), complaints);
}

static struct zv_config *
get(const char *what)
{
	struct zv_buf complaints = { 0 };
	struct zv_config *c = parse(what, &complaints);

	if (!c)
		fail_msg("%s", zv_buf_cstr(&complaints));
	zv_buf_deinit(&complaints);
	return c;
}

static void
becomes_structs(void **state)
{
	struct zv_config *c = get(text);
	const struct zv_role *r = c->users[0].role;

	assert_int_equal(c->limits.ring_ms, 5);
	assert_int_equal(c->limits.ring_events, 10000);

	assert_int_equal(c->n_listens, 2);
	assert_string_equal(c->listens[0].address, "::1");
	assert_int_equal(c->listens[0].port, 2014);
	assert_int_equal(c->listens[0].n_addresses, 2);
	assert_int_equal(c->listens[0].addresses[0].bits, 96 + 8);
	assert_int_equal(c->listens[0].n_origins, 2);
	assert_int_equal(c->listens[0].n_operations, 2); /* the default */
	assert_ptr_equal(c->listens[0].panel_role, r);
	assert_string_equal(c->listens[1].activated, "panels");
	assert_int_equal(c->listens[1].faces, ZV_FACE_ZVON | ZV_FACE_HTTP);
	assert_int_equal(c->listens[1].n_operations, 1); /* instead of it */

	assert_int_equal(c->n_servers, 2);
	assert_string_equal(c->servers[0].secret, SECRET);
	assert_int_equal(c->servers[0].n_trunks, 2);
	assert_true(zvon_str_equal(c->servers[0].hub.technology, ZV_STR("SIP")));
	assert_true(c->servers[1].demo);

	assert_true(zvon_str_equal(r->name, ZV_STR("r")));
	assert_int_equal(r->sees, ZV_SCOPE_QUEUES);
	assert_int_equal(r->controls, ZV_SCOPE_OWN);
	assert_int_equal(r->n_dial, 3 + zv_n_default_dial_rules);
	assert_false(r->dial[0].allow);
	assert_int_equal(r->n_actions, 2);
	assert_int_equal(c->n_roles, 1 + 3);

	assert_int_equal(c->n_users, 2);
	assert_int_equal(c->users[0].n_lines, 2);
	assert_int_equal(c->users[0].n_queues, 2); /* the template's too */
	assert_true(c->users[0].auto_pause);	   /* as the server's */
	assert_false(c->users[1].auto_pause);
	assert_int_equal(c->secrets[1].n_tokens, 1);
	zv_config_free(c);
}

/* Secrets are left out, so the text that is compared has none. */
static void
prints_as_it_reads(void **state)
{
	struct zv_config *c =
		get("[general]\nstate =\n[listen]\noperations =\n[server b]\n"
		    "demo = yes\ntrunks = a,b\n[role r]\ndial = deny 810.\n"
		    "[user u]\nrole = r\n");
	struct zv_buf first = { 0 }, second = { 0 };

	zv_config_print(c, &first);
	zv_config_free(c);
	c = get(zv_buf_cstr(&first));
	assert_string_equal(c->state, ""); /* nothing, and not the default */
	assert_int_equal(c->listens[0].n_operations, 0);
	zv_config_print(c, &second);
	zv_config_free(c);
	assert_string_equal(zv_buf_cstr(&second), zv_buf_cstr(&first));
	zv_buf_deinit(&first);
	zv_buf_deinit(&second);
}

static void
tells_what_only_a_restart_takes(void **state)
{
	struct zv_config *a = get("[server b]\ndemo = yes\n[general]\nstate =\n");
	struct zv_config *b =
		get("[server b]\ndemo = yes\n[general]\nstate = /s\nring_ms = 7\n"
		    "gather_ms = 9\nletters_in_numbers = yes\nsessions = 5\n");
	struct zv_buf keys = { 0 };

	zv_config_add_changed(a, a, &keys);
	assert_int_equal(keys.n, 0);
	zv_config_add_changed(a, b, &keys);
	assert_string_equal(zv_buf_cstr(&keys),
			    "state, letters_in_numbers, ring_ms, sessions, store");
	zv_buf_deinit(&keys);
	zv_config_free(a);
	zv_config_free(b);
}

static const struct {
	const char *network, *inside, *outside;
} networks[] = {
	{ "10.0.0.0/8", "10.255.0.1", "11.0.0.0" },
	{ "10.1.2.3", "10.1.2.3", "10.1.2.2" },
	{ "192.0.2.128/25", "192.0.2.129", "192.0.2.127" },
	{ "0.0.0.0/0", "203.0.113.1", "::1" },
	{ "2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::" },
	{ "::/0", "10.0.0.1", NULL },
};

/* As `addresses` of a listener: the one way in for a network. */
static bool
has(const char *network, const char *address)
{
	struct zv_buf wanted = { 0 };
	struct zv_config *c;
	bool is;

	zv_buf_printf(&wanted,
		      "[server b]\ndemo = yes\n[listen]\npanel_role = viewer\n"
		      "addresses = %s\noperations = %s\n",
		      network, address);
	c = get(zv_buf_cstr(&wanted));
	is = zv_config_network_has(c->listens[0].addresses, c->listens[0].n_addresses,
				   c->listens[0].operations[0].address);
	zv_config_free(c);
	zv_buf_deinit(&wanted);
	return is;
}

static void
knows_networks(void **state)
{
	for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
		assert_true(has(networks[i].network, networks[i].inside));
		if (networks[i].outside)
			assert_false(has(networks[i].network, networks[i].outside));
	}
}

static void
lets_no_allocation_fail_unseen(void **state)
{
	unsigned long n = 0, all = zv_mem_count();
	struct zv_config *c = get(text);

	all = zv_mem_count() - all;
	zv_config_free(c);
	for (c = NULL; !c; n++) {
		struct zv_buf complaints = { 0 };
		size_t before = heap_blocks();

		heap_watch(SECRET);
		zv_mem_fail_at(n + 1);
		c = parse(text, &complaints);
		zv_mem_fail_at(0);
		if (!c) {
			zv_buf_deinit(&complaints);
			assert_int_equal(heap_blocks(), before);
		}
		zv_buf_deinit(&complaints);
	}
	assert_int_equal(n, all + 1); /* so long each of them was missed */
	zv_config_free(c);
	assert_int_equal(heap_found(),
			 0); /* nothing was given back with the secret in it */
	heap_watch(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(becomes_structs),
		cmocka_unit_test(prints_as_it_reads),
		cmocka_unit_test(tells_what_only_a_restart_takes),
		cmocka_unit_test(knows_networks),
		cmocka_unit_test(lets_no_allocation_fail_unseen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
