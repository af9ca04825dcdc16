/* zvon.js by itself: a socket and a clock that the test moves. */

import assert from "node:assert/strict";
import test from "node:test";

import { Zvon, ZvonError } from "../../web/zvon.js";

/* ---- a clock and a socket --------------------------------------------------------------- */

const real = { setTimeout, clearTimeout, now: Date.now };

/* setTimeout, clearTimeout and Date.now until the test ends. */
function useClock(t) {
	const clock = { now: 1_700_000_000_000, timers: [], last: 0 };

	globalThis.setTimeout = (f, ms) => {
		clock.timers.push({ id: ++clock.last, at: clock.now + ms, f });
		return clock.last;
	};
	globalThis.clearTimeout = (id) => {
		clock.timers = clock.timers.filter((one) => one.id !== id);
	};
	Date.now = () => clock.now;
	t.after(() => {
		({ setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout } = real);
		Date.now = real.now;
	});
	clock.pass = (ms) => {
		const until = clock.now + ms;

		for (;;) {
			const next = clock.timers.sort((a, b) => a.at - b.at)[0];
			if (!next || next.at > until)
				break;
			clock.timers.shift();
			clock.now = next.at;
			next.f();
		}
		clock.now = until;
	};
	return clock;
}

/* Sockets that were opened, and what was sent over the last one. */
function useSockets() {
	const sockets = [];

	class Socket {
		readyState = 1;
		sent = [];

		constructor(url, protocols) {
			Object.assign(this, { url, protocols });
			sockets.push(this);
		}

		send(text) {
			this.sent.push(JSON.parse(text));
		}

		close(code) {
			this.readyState = 3;
			this.closedWith = code;
		}

		say(...messages) {
			for (const message of messages)
				this.onmessage({ data: JSON.stringify(message) });
		}

		end(code, reason = "") {
			this.readyState = 3;
			this.onclose({ code, reason });
		}
	}
	return { Socket, sockets, last: () => sockets.at(-1) };
}

const HELLO = { type: "hello", protocol: "zvon.v1", stream: "one", seq: 5, user: "demo",
	lines: ["200"], rights: ["dial"] };
const PICTURE = { seq: 5, servers: [{ server: "office", state: "up" }], calls: [], lines: [],
	queues: [] };

function event(seq, name, more = {}) {
	return { type: "event", seq, time: "2026-11-01T09:30:00.000Z", server: "office",
		event: name, call: "1.1", direction: "in", from: { number: "7", name: "A" },
		to: { number: "200" }, did: null, queue: null, state: "ringing", result: null,
		legs: [], ...more };
}

/* A client that is online, its clock and its sockets. */
function online(t) {
	const clock = useClock(t);
	const wire = useSockets();
	const zvon = new Zvon({ url: "ws://h/v1/events", token: "T", WebSocket: wire.Socket });

	zvon.connect();
	wire.last().say(HELLO, { type: "snapshot", ...PICTURE });
	return { clock, wire, zvon };
}

/* ---- tests ------------------------------------------------------------------------------- */

test("the token is in the subprotocols, not in the URL; start follows hello", (t) => {
	const { wire, zvon } = online(t);

	assert.deepEqual(wire.last().protocols, ["zvon.v1", "bearer.T"]);
	assert.equal(wire.last().url, "ws://h/v1/events");
	assert.deepEqual(wire.last().sent, [{ type: "start" }]);
	assert.equal(zvon.status, "online");
	assert.equal(zvon.servers.get("office").state, "up");
});

test("events move the calls, each once", (t) => {
	const { clock, wire, zvon } = online(t);
	const seen = [];

	zvon.addEventListener("event", ({ detail }) => seen.push(detail.seq));
	wire.last().say(event(7, "call.started"), event(7, "call.started"), event(6, "call.ended"));
	clock.pass(4000);
	wire.last().say(event(9, "call.answered", { state: "talking" }));
	const call = zvon.calls.get("office/1.1");
	assert.equal(call.state, "talking");
	assert.equal(call.answeredAt - call.startedAt, 4000);
	wire.last().say(event(12, "call.ended"));
	assert.equal(zvon.calls.size, 0);
	assert.deepEqual(seen, [7, 9, 12]);
});

test("lines, queues, members and servers are kept", (t) => {
	const { wire, zvon } = online(t);
	const member = { queue: "sales", interface: "PJSIP/200", line: "200", name: "Ann",
		state: "idle", paused: false, pause_reason: null, penalty: 0, call: undefined };

	wire.last().say(
		event(6, "line.state", { line: "200", state: "ringing", call: undefined }),
		event(7, "queue.state", { queue: "sales", waiting: 3, call: undefined }),
		event(8, "queue.member", member),
		event(9, "queue.member", { ...member, paused: true }),
		event(10, "server.state", { state: "shutdown", call: undefined }));
	assert.equal(zvon.lines.get("office/200").state, "ringing");
	assert.equal(zvon.queues.get("office/sales").waiting, 3);
	assert.deepEqual(zvon.queues.get("office/sales").members.map((one) => one.paused), [true]);
	assert.equal(zvon.servers.get("office").state, "down");
	wire.last().say(event(11, "queue.member", { ...member, state: "removed" }));
	assert.equal(zvon.queues.get("office/sales").members.length, 0);
});

test("a lost connection is resumed by number, and late events keep their time", (t) => {
	const { clock, wire, zvon } = online(t);

	wire.last().say(event(7, "line.state", { line: "200", state: "idle", call: undefined }));
	wire.last().end(1006);
	assert.equal(zvon.status, "waiting");
	clock.pass(2000);
	assert.equal(wire.sockets.length, 2, "a try within two seconds");
	wire.last().say(HELLO);
	assert.deepEqual(wire.last().sent, [{ type: "resume", seq: 7, stream: "one" }]);
	clock.pass(15000 - 2000);
	wire.last().say({ type: "resumed", seq: 9, events: 1 },
		event(9, "call.started", { time: "2026-11-01T09:30:05.000Z" }));
	assert.equal(zvon.status, "online");
	assert.equal(zvon.calls.get("office/1.1").startedAt, clock.now - 10000);
});

test("a resync is the truth: calls that are not in it are forgotten", (t) => {
	const { clock, wire, zvon } = online(t);
	const reasons = [];

	zvon.addEventListener("reset", ({ detail }) => reasons.push(detail.reason));
	wire.last().say(event(70, "call.started"));
	wire.last().end(1006);
	clock.pass(2000);
	/* another numbering: its numbers are not compared with the old ones */
	wire.last().say({ ...HELLO, stream: "two", seq: 3 });
	assert.deepEqual(wire.last().sent, [{ type: "start" }]);
	wire.last().say({ type: "snapshot", ...PICTURE, seq: 3, calls: [
		{ server: "office", call: "2.2", state: "talking", age_ms: 9000, talking_ms: 5000 }] });
	assert.deepEqual([...zvon.calls.keys()], ["office/2.2"]);
	assert.equal(zvon.calls.get("office/2.2").answeredAt, clock.now - 5000);
	wire.last().say(event(4, "call.started"),
		{ type: "resync", reason: "restart", ...PICTURE, seq: 8 });
	assert.equal(zvon.calls.size, 0);
	assert.deepEqual(reasons, ["", "restart"]);
});

test("tries again after 1 to 30 s, spread, and at once after success", (t) => {
	const { clock, wire, zvon } = online(t);
	const waits = [];

	for (let i = 0; i < 12; i++) {
		wire.last().end(1006);
		const from = clock.now;
		const before = wire.sockets.length;
		while (wire.sockets.length === before)
			clock.pass(10);
		waits.push(clock.now - from);
	}
	assert.ok(waits.every((ms) => ms >= 1000 && ms <= 30010), String(waits));
	assert.ok(Math.max(...waits) > 5000, String(waits));
	assert.ok(new Set(waits.slice(5)).size > 3, `not spread: ${waits}`);
	wire.last().say(HELLO, { type: "resumed", seq: 5, events: 0 });
	wire.last().end(1006);
	clock.pass(2000);
	assert.equal(zvon.status, "connecting");
});

test("the time that the daemon names when it goes is kept to", (t) => {
	const { clock, wire, zvon } = online(t);

	wire.last().end(1001, "restarting, come back in 5000 ms");
	clock.pass(4990);
	assert.equal(zvon.status, "waiting");
	clock.pass(1020);
	assert.equal(zvon.status, "connecting");
});

test("who is refused does not knock again", (t) => {
	const { clock, wire, zvon } = online(t);
	let told = null;

	zvon.addEventListener("status", ({ detail }) => {
		told = detail;
	});
	wire.last().end(1008, "the token has expired");
	clock.pass(120000);
	assert.equal(wire.sockets.length, 1);
	assert.equal(told.status, "refused");
	assert.equal(told.reason, "the token has expired");
});

test("a silent line is asked, and given up when nothing comes back", (t) => {
	const { clock, wire, zvon } = online(t);

	clock.pass(20000);
	assert.deepEqual(wire.last().sent.at(-1), { type: "ping", id: "silence" });
	wire.last().say({ type: "pong", id: "silence" });
	clock.pass(19000);
	assert.equal(wire.sockets.length, 1);
	const dead = wire.last();
	clock.pass(11000 + 2000);
	assert.equal(wire.sockets.length, 2);
	assert.equal(dead.readyState, 3);
	dead.say(event(99, "call.started"));
	assert.equal(zvon.calls.size, 0, "nothing is taken from a socket that was given up");
});

test("a command is told its progress and its outcome", async (t) => {
	const { wire, zvon } = online(t);
	const known = [];
	const made = zvon.command("call.make", { to: "204" },
		{ onProgress: (progress) => known.push(progress) });
	const { id, ...sent } = wire.last().sent.at(-1);

	assert.deepEqual(sent, { type: "command", name: "call.make", args: { to: "204" } });
	wire.last().say({ type: "progress", id, call: "1.1" },
		{ type: "result", id, ok: true, call: "1.1", result: "busy" });
	assert.deepEqual(await made, { call: "1.1", result: "busy" });
	assert.deepEqual(known, [{ call: "1.1" }]);
});

test("a refusal is an error with its code; a lost command is not sent again", async (t) => {
	const { clock, wire, zvon } = online(t);
	const refused = zvon.command("call.make", { to: "00" });

	wire.last().say({ type: "result", id: wire.last().sent.at(-1).id, ok: false,
		error: { code: "limit", message: "wait", argument: "to", retry_ms: 4000 } });
	await assert.rejects(refused, (error) => error instanceof ZvonError &&
		error.code === "limit" && error.argument === "to" && error.retryMs === 4000);
	const lost = zvon.command("call.drop", { call: "1.1" });
	wire.last().end(1006);
	await assert.rejects(lost, { code: "lost" });
	await assert.rejects(zvon.command("call.drop", { call: "1.1" }), { code: "offline" });
	clock.pass(2000);
	wire.last().say(HELLO, { type: "resumed", seq: 5, events: 0 });
	assert.deepEqual(wire.last().sent.map(({ type }) => type), ["resume"]);
});

test("what is no JSON, and types of a newer daemon, do no harm", (t) => {
	const { wire, zvon } = online(t);
	const troubles = [];

	zvon.addEventListener("trouble", ({ detail }) => troubles.push(detail.code));
	wire.last().onmessage({ data: "{" });
	wire.last().say({ type: "weather" }, { type: "error", code: "bad_json", message: "" });
	assert.deepEqual(troubles, ["bad_message", "bad_json"]);
	assert.equal(zvon.status, "online");
});

test("ready() waits for the picture, or tells the refusal", async (t) => {
	const { zvon, wire } = online(t);

	assert.equal(await zvon.ready(), zvon);
	wire.last().end(1008, "gone");
	await assert.rejects(zvon.ready(), { code: "refused" });
	zvon.close();
	assert.equal(zvon.status, "closed");
});
