/* zvon.js - a client of the protocol zvon.v1 (docs/protocol/zvon-v1.md), for browsers and
 * for Node. One module, nothing else is needed.
 *
 *	import { Zvon, signIn } from "./zvon.js";
 *
 *	const { token } = await signIn("http://127.0.0.1:2013", "demo", "demo");
 *	const zvon = new Zvon({ url: "ws://127.0.0.1:2013/v1/events", token });
 *	zvon.addEventListener("event", ({ detail }) => console.log(detail.event, detail.call));
 *	zvon.connect();
 *	await zvon.ready();
 *	const { result } = await zvon.command("call.make", { to: "204" });
 *
 * It comes back by itself when the connection is lost, asks for the events that it missed,
 * and keeps what is going on in `calls`, `lines`, `queues` and `servers`. A command that
 * was under way when the connection broke is not sent again: its promise is rejected with
 * the code "lost", for nobody knows what came of it.
 *
 * Events of the object, each with `detail`:
 *	status	{ status, reason, retryAt }: see `status`
 *	hello	who you are: user, full_name, lines, queues, rights…
 *	reset	all that was known has been replaced; { reason } of a resync
 *	event	one event of the daemon, already worked into `calls` and the rest
 *	agent	the state of your agent
 *	packet	what a watch has found
 *	trouble	the daemon did not understand a message, or its message was not understood */

const BACKOFF_LEAST_MS = 1000;
const BACKOFF_MOST_MS = 30000;
const OPEN_MS = 10000; /* until the daemon has said hello */
const SILENCE_MS = 20000; /* then it is asked whether it is there */
const PONG_MS = 10000; /* and has so long to answer */

const REFUSED = 1008; /* close codes of RFC 6455 */
const COME_BACK = 1013;

/* What went wrong, with the daemon's `code`; of our own: "offline", "lost", "closed". */
export class ZvonError extends Error {
	constructor({ code = "failed", message = code, argument, retry_ms: retryMs }) {
		super(message);
		this.name = "ZvonError";
		this.code = code;
		this.argument = argument;
		this.retryMs = retryMs;
	}
}

class ZvonEvent extends Event {
	constructor(type, detail) {
		super(type);
		this.detail = detail;
	}
}

/* ---- signing in ----------------------------------------------------------------------- */

async function post(base, path, body, token) {
	const headers = { "Content-Type": "application/json" };
	let answer;

	if (token)
		headers.Authorization = `Bearer ${token}`;
	try {
		answer = await fetch(base + path, { method: "POST", headers, cache: "no-store",
			body: JSON.stringify(body) });
	} catch (cause) {
		throw new ZvonError({ code: "offline", message: String(cause) });
	}
	const told = await answer.json().catch(() => ({}));
	if (!answer.ok)
		throw new ZvonError({ code: `http_${answer.status}`, message: answer.statusText,
			...told.error });
	return told;
}

/* Gives { token, expires_s }. base: "http://host:2013", in a page of the daemon "". */
export function signIn(base, user, password) {
	return post(base, "/v1/login", { user, password });
}

export function signOut(base, token) {
	return post(base, "/v1/logout", {}, token);
}

/* ---- what is going on ----------------------------------------------------------------- */

const CALL_MEMBERS = ["server", "call", "direction", "from", "to", "did", "queue", "state",
	"result", "legs"];
const SERVER_STATES = { up: "up", booted: "up", down: "down", shutdown: "down" };

const keyOf = (server, name) => `${server}/${name}`;

function byKey(list, name) {
	return new Map((list || []).map((one) => [keyOf(one.server, one[name]), one]));
}

/* The state of all servers as far as the user may see it. Times (`startedAt`,
 * `answeredAt`) are on the clock of this computer; `wasTransferred`: others talk now than
 * `from` and `to`. */
class Picture {
	constructor() {
		this.replace({});
	}

	replace({ calls, lines, queues, servers }, now = Date.now()) {
		this.calls = byKey(calls, "call");
		this.lines = byKey(lines, "line");
		this.queues = byKey(queues, "queue");
		this.servers = new Map((servers || []).map((one) => [one.server, one]));
		for (const [key, call] of this.calls) {
			call.key = key;
			call.startedAt = now - (call.age_ms ?? 0);
			call.answeredAt = call.talking_ms == null ? null : now - call.talking_ms;
			call.wasTransferred = Boolean(call.transfers?.length || call.picked_up_by);
		}
	}

	apply(event, at) {
		const about = Picture.about[event.event];

		if (about)
			about.call(this, event);
		else if (event.call)
			this.#applyToCall(event, at);
	}

	#applyToCall(event, at) {
		const key = keyOf(event.server, event.call);
		const call = this.calls.get(key) || { key, startedAt: at, answeredAt: null };

		for (const member of CALL_MEMBERS)
			call[member] = event[member];
		if (event.event === "call.answered")
			call.answeredAt = at;
		if (event.event === "call.transferred" || event.event === "call.picked_up")
			call.wasTransferred = true;
		if (event.event === "call.ended")
			this.calls.delete(key);
		else
			this.calls.set(key, call);
	}

	#queue({ server, queue }) {
		const key = keyOf(server, queue);

		if (!this.queues.has(key))
			this.queues.set(key, { server, queue, waiting: 0, members: [] });
		return this.queues.get(key);
	}

	static about = {
		"line.state"({ server, line, state }) {
			this.lines.set(keyOf(server, line), { server, line, state });
		},
		"queue.state"(event) {
			this.#queue(event).waiting = event.waiting;
		},
		"queue.member"(event) {
			const queue = this.#queue(event);
			const { line, name, state, paused, pause_reason, penalty } = event;
			const others = (queue.members || []).filter(
				(member) => member.interface !== event.interface);

			if (state !== "removed")
				others.push({ line, name, interface: event.interface, state,
					paused, pause_reason, penalty });
			queue.members = others;
		},
		"server.state"({ server, state }) {
			if (SERVER_STATES[state])
				this.servers.set(server, { ...this.servers.get(server), server,
					state: SERVER_STATES[state] });
		},
	};
}

/* ---- the connection ------------------------------------------------------------------- */

export class Zvon extends EventTarget {
	/* Why it is as it is:
	 *	idle	connect() was not called
	 *	connecting	under way, until the daemon's hello
	 *	online
	 *	waiting	lost, the next try comes at `retryAt`
	 *	refused	the daemon does not want this token; sign in again, connect()
	 *	closed	close() was called */
	status = "idle";
	hello = null;
	agent = null;

	#options;
	#picture = new Picture();
	#socket = null;
	#stream = null; /* which numbering, and the last number that was worked off */
	#seq = null;
	#replaying = 0; /* so many events still come that are not of now */
	#skewMs = null; /* our clock minus that in the events, the delay left out */
	#failures = 0;
	#lastId = 0;
	#pending = new Map(); /* id: { resolve, reject, onProgress } */
	#timer = null; /* of the next try */
	#watch = null; /* of silence */

	/* url: "ws://host:2013/v1/events". subscription: members of `start` (events, lines,
	 * queues, numbers). WebSocket: for a Node that has none of its own, that of "ws". */
	constructor({ url, token, subscription = {}, WebSocket = globalThis.WebSocket }) {
		super();
		this.#options = { url, token, subscription, WebSocket };
	}

	get calls() {
		return this.#picture.calls; /* "server/id": call */
	}

	get lines() {
		return this.#picture.lines; /* "server/line": { server, line, state } */
	}

	get queues() {
		return this.#picture.queues; /* "server/queue": { …, waiting, members } */
	}

	get servers() {
		return this.#picture.servers; /* name: { server, state: "up" | "down" } */
	}

	/* Also: now, instead of waiting any longer. */
	connect() {
		if (this.status === "connecting" || this.status === "online")
			return;
		clearTimeout(this.#timer);
		this.#setStatus("connecting");
		this.#open();
	}

	close() {
		clearTimeout(this.#timer);
		this.#drop(1000);
		this.#failCommands("closed", "the connection was closed");
		this.#setStatus("closed");
	}

	/* When what is going on is known. */
	ready() {
		return new Promise((resolve, reject) => {
			const onStatus = ({ detail: { status, reason } }) => {
				if (status === "online")
					resolve(this);
				else if (status === "refused" || status === "closed")
					reject(new ZvonError({ code: status, message: reason || status }));
				else
					return;
				this.removeEventListener("status", onStatus);
			};

			this.addEventListener("status", onStatus);
			onStatus({ detail: this });
		});
	}

	/* The command's answer when its outcome was seen; rejected with a ZvonError. */
	command(name, args = {}, { onProgress } = {}) {
		if (this.status !== "online")
			return Promise.reject(new ZvonError({ code: "offline",
				message: "there is no connection to the daemon" }));
		const id = String(++this.#lastId);

		return new Promise((resolve, reject) => {
			this.#pending.set(id, { resolve, reject, onProgress });
			this.#send({ type: "command", id, name, args });
		});
	}

	/* Raw packets, as "packet" events; needs the right "raw". Ends with the connection. */
	watch(id, filter) {
		this.#send({ type: "watch", id, ...filter });
	}

	unwatch(id) {
		this.#send({ type: "unwatch", id });
	}

	#tell(type, detail) {
		this.dispatchEvent(new ZvonEvent(type, detail));
	}

	#setStatus(status, reason = "", retryAt = null) {
		this.status = status;
		this.#tell("status", { status, reason, retryAt });
	}

	#send(message) {
		if (this.#socket?.readyState === 1)
			this.#socket.send(JSON.stringify(message));
	}

	/* ---- coming and going ---- */

	#open() {
		const { url, token, WebSocket } = this.#options;
		/* The token does not stand in the URL, which ends up in logs. */
		const protocols = token ? ["zvon.v1", `bearer.${token}`] : ["zvon.v1"];
		const socket = new WebSocket(url, protocols);

		this.#socket = socket;
		this.#expect(OPEN_MS);
		/* What a socket says that was given up is not listened to. */
		socket.onmessage = ({ data }) => {
			if (socket === this.#socket)
				this.#onText(data);
		};
		socket.onclose = ({ code, reason }) => {
			if (socket === this.#socket)
				this.#onLost(code, reason);
		};
		socket.onerror = () => {}; /* onclose comes too */
	}

	#drop(code) {
		const socket = this.#socket;

		this.#socket = null;
		clearTimeout(this.#watch);
		socket?.close(code);
	}

	#onLost(code, reason) {
		this.#drop();
		this.#failCommands("lost",
			"the connection was lost: what came of the command is not known");
		if (code === REFUSED) {
			this.#setStatus("refused", reason);
			return;
		}
		const waitMs = this.#backoff(code, reason);
		this.#timer = setTimeout(() => this.connect(), waitMs);
		this.#setStatus("waiting", reason, Date.now() + waitMs);
	}

	/* At least 1 s, at most 30 s, spread, so that a thousand do not come at once. */
	#backoff(code, reason) {
		const asked = Number(/(\d+) ?ms/.exec(reason || "")?.[1] || 0);
		const most = Math.min(BACKOFF_MOST_MS, BACKOFF_LEAST_MS * 2 ** (this.#failures + 1));
		const spread = Math.random() * (most - BACKOFF_LEAST_MS);

		if (code !== COME_BACK)
			this.#failures++;
		return Math.min(BACKOFF_MOST_MS, Math.max(asked, BACKOFF_LEAST_MS) + spread);
	}

	#failCommands(code, message) {
		const pending = [...this.#pending.values()];

		this.#pending.clear();
		for (const { reject } of pending)
			reject(new ZvonError({ code, message }));
	}

	/* A dead line is silent: a browser does not show us the daemon's own pings. */
	#expect(ms, then = () => this.#onLost(0, "silence")) {
		clearTimeout(this.#watch);
		this.#watch = setTimeout(then, ms);
	}

	#ask() {
		this.#send({ type: "ping", id: "silence" });
		this.#expect(PONG_MS);
	}

	/* ---- messages ---- */

	#onText(text) {
		let message;

		try {
			message = JSON.parse(text);
		} catch (cause) {
			this.#tell("trouble", { code: "bad_message", message: String(cause) });
			return;
		}
		this.#expect(SILENCE_MS, () => this.#ask());
		Zvon.#messages[message.type]?.(this, message);
	}

	#onHello(hello) {
		const known = this.#seq !== null && this.#stream === hello.stream;
		const lists = this.#options.subscription;

		this.hello = hello;
		this.#tell("hello", hello);
		if (known)
			this.#send({ type: "resume", seq: this.#seq, stream: this.#stream, ...lists });
		else
			this.#send({ type: "start", ...lists });
	}

	#onPicture(message) {
		this.#stream = this.hello.stream;
		this.#seq = message.seq;
		this.#replaying = 0;
		this.#picture.replace(message);
		this.#setAgent(message.agent);
		this.#tell("reset", { reason: message.reason || "" });
		this.#setOnline();
	}

	#onResumed({ events }) {
		this.#replaying = events || 0;
		this.#setOnline();
	}

	#setOnline() {
		this.#failures = 0;
		if (this.status !== "online")
			this.#setStatus("online");
	}

	#onEvent(event) {
		if (this.#seq !== null && event.seq <= this.#seq)
			return;
		this.#seq = event.seq;
		this.#picture.apply(event, this.#timeOf(event));
		this.#tell("event", event);
	}

	/* When it happened, on our clock. Of an event that comes late its own time counts. */
	#timeOf(event) {
		const now = Date.now();
		const itsTime = Date.parse(event.time);

		if (this.#replaying > 0) {
			this.#replaying--;
			return this.#skewMs === null || Number.isNaN(itsTime) ? now
				: Math.min(now, itsTime + this.#skewMs);
		}
		if (!Number.isNaN(itsTime))
			this.#skewMs = now - itsTime;
		return now;
	}

	#setAgent(agent) {
		if (!agent)
			return;
		this.agent = agent;
		this.#tell("agent", agent);
	}

	#onResult({ type, id, ok, error, ...answer }) {
		const command = this.#pending.get(id);

		this.#pending.delete(id);
		if (ok)
			command?.resolve(answer);
		else
			command?.reject(new ZvonError(error || {}));
	}

	static #messages = {
		hello: (zvon, message) => zvon.#onHello(message),
		snapshot: (zvon, message) => zvon.#onPicture(message),
		resync: (zvon, message) => zvon.#onPicture(message),
		resumed: (zvon, message) => zvon.#onResumed(message),
		event: (zvon, message) => zvon.#onEvent(message),
		result: (zvon, message) => zvon.#onResult(message),
		agent: (zvon, { type, ...agent }) => zvon.#setAgent(agent),
		progress: (zvon, { type, id, ...known }) =>
			zvon.#pending.get(id)?.onProgress?.(known),
		packet: (zvon, message) => zvon.#tell("packet", message),
		error: (zvon, message) => zvon.#tell("trouble", message),
	};
}
