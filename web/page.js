/* page.js - the operator's page: signing in, the connection, commands and what came of them.
 * What is shown meanwhile is in desk.js. */

import { Desk, resultWord } from "./desk.js";
import { clean, element, find, setText } from "./view.js";
import { currentLanguage, hasWord, say, switchLanguage, translate } from "./words.js";
import { Zvon, signIn, signOut } from "./zvon.js";

const KEPT = "zvon.token"; /* in this tab only, gone when it is closed */
const GATHER_MS = 30; /* events of one moment are shown together */
const MOST_SAID = 3;

let zvon = null;
let desk = null;
let retryAt = null;
let gathering = null;

/* ---- signing in and out ------------------------------------------------------------------ */

function showDoor(text = "") {
	find("door").hidden = false;
	find("desk").hidden = true;
	find("sign-out").hidden = true;
	find("who").hidden = true;
	find("banner").hidden = true;
	find("servers").replaceChildren();
	document.title = "zvon";
	setText(find("sign-in-said"), text);
	find(find("user").value ? "password" : "user").focus();
}

const DOOR_WORDS = { offline: "door_offline", http_401: "door_bad", denied: "door_bad",
	bad_credentials: "door_bad", unauthorized: "door_bad", limit: "door_slow",
	http_429: "door_slow" };

function whyNotIn(error) {
	const word = DOOR_WORDS[error.code] || "door_other";

	return say(word, { n: Math.ceil((error.retryMs || 1000) / 1000), why: clean(error.message) });
}

async function onSignIn(event) {
	const form = event.target;
	const button = form.querySelector("button");

	event.preventDefault();
	button.disabled = true;
	setText(find("sign-in-said"), "");
	try {
		const { token } = await signIn("", form.user.value.trim(), form.password.value);
		form.password.value = "";
		sessionStorage.setItem(KEPT, token);
		enter(token);
	} catch (error) {
		form.password.select();
		setText(find("sign-in-said"), whyNotIn(error));
	}
	button.disabled = false;
}

async function onSignOut() {
	const token = sessionStorage.getItem(KEPT);

	leave();
	showDoor();
	await signOut("", token).catch(() => {}); /* it ends by itself too */
}

function leave() {
	const was = zvon;

	sessionStorage.removeItem(KEPT);
	zvon = desk = null;
	was?.close();
}

/* ---- the connection ------------------------------------------------------------------------- */

function enter(token) {
	const made = new Zvon({ url: `${location.origin.replace(/^http/, "ws")}/v1/events`, token });
	const mine = (handler) => ({ detail }) => {
		if (made === zvon)
			handler(detail);
	};

	zvon = made;
	desk = new Desk(zvon, run);
	zvon.addEventListener("hello", mine(onHello));
	zvon.addEventListener("status", mine(onStatus));
	zvon.addEventListener("reset", mine(refresh));
	zvon.addEventListener("event", mine((event) => {
		desk.onEvent(event);
		refreshSoon();
	}));
	find("said").replaceChildren();
	find("door").hidden = true;
	find("sign-out").hidden = false;
	zvon.connect();
}

function onHello(hello) {
	find("desk").hidden = false;
	find("who").hidden = false;
	setText(find("who-name"), clean(hello.full_name || hello.user));
}

function onStatus({ status, reason, retryAt: at }) {
	retryAt = at;
	if (status === "refused") {
		leave();
		showDoor(reason ? say("signed_out", { reason: clean(reason) }) : say("door_again"));
		return;
	}
	if (status === "online")
		refresh();
	showBanner();
}

/* The connection to the daemon first, then those of the daemon to the servers. */
function bannerText() {
	if (zvon.status === "waiting")
		return say("lost", { n: Math.max(1, Math.ceil((retryAt - Date.now()) / 1000)) });
	if (zvon.status === "connecting")
		return say("connecting");
	const down = [...zvon.servers.values()].filter(({ state }) => state === "down");
	return down.length ? say("servers_down",
		{ servers: down.map(({ server }) => clean(server)).join(", ") }) : "";
}

function showBanner() {
	const text = zvon ? bannerText() : "";

	setText(find("banner-text"), text);
	find("banner").hidden = !text;
	find("retry").hidden = zvon?.status !== "waiting";
	document.body.classList.toggle("stale", Boolean(text));
}

function refresh() {
	clearTimeout(gathering);
	gathering = null;
	desk?.refresh();
	showBanner();
}

function refreshSoon() {
	gathering ??= setTimeout(refresh, GATHER_MS);
}

/* ---- commands ---------------------------------------------------------------------------------- */

/* One line of what came of it, changed when more is known. */
function note() {
	const text = element("span");
	const summary = element("summary");
	const reason = element("bdi");
	const details = element("details", {}, summary, reason);
	const node = element("li", {}, text, details);

	find("said").prepend(node);
	while (find("said").children.length > MOST_SAID)
		find("said").lastChild.remove();
	return (look, words, detail = "") => {
		node.className = look;
		setText(text, words);
		setText(summary, say("for_admin"));
		setText(reason, clean(detail));
		details.hidden = !detail;
	};
}

function why(error, name) {
	const argument = error.argument ? `_${error.argument}` : "";
	const words = [`why_${error.code}_${name}`, `why_${error.code}${argument}`,
		`why_${error.code}`, "why_failed"];

	return say(words.find(hasWord), { n: Math.ceil((error.retryMs || 1000) / 1000) });
}

async function run(command, args) {
	const name = command.replace("call.", "");
	const tell = note();
	const to = clean(args.to);

	if (hasWord(`under_way_${name}`))
		tell("under-way", say(`under_way_${name}`, { to }));
	try {
		const { result } = await zvon.command(command, args,
			{ onProgress: ({ call }) => call && desk?.dialled(call, args.to) });
		const look = result && result !== "answered" ? "bad" : "good";
		tell(look, say(`done_${name}`, { to, result: resultWord(result) }));
		return true;
	} catch (error) {
		tell("bad", say(`not_done_${name}`, { to, why: why(error, name) }), error.message);
		return false;
	}
}

async function onDial(event) {
	const input = find("number");
	const to = input.value.trim();

	event.preventDefault();
	input.value = "";
	if (to && !await run("call.make", { to }) && !input.value)
		input.value = to;
}

/* ---- the page ------------------------------------------------------------------------------------- */

function showLanguage() {
	translate();
	setText(find("language"), say("other_language"));
	find("language").lang = currentLanguage() === "ru" ? "en" : "ru";
	find("number").title = say("number_key");
	desk?.translate();
	showBanner();
}

/* "/" leads to the number from everywhere but other fields. */
function onKey(event) {
	const isTyping = event.target.matches("input, textarea, select");

	if (event.key === "/" && !isTyping && !find("dial").hidden && !find("desk").hidden) {
		event.preventDefault();
		find("number").focus();
	}
}

function start() {
	const token = sessionStorage.getItem(KEPT);

	find("sign-in").addEventListener("submit", onSignIn);
	find("sign-out").addEventListener("click", onSignOut);
	find("dial").addEventListener("submit", onDial);
	find("retry").addEventListener("click", () => zvon?.connect());
	find("language").addEventListener("click", () => {
		switchLanguage();
		showLanguage();
	});
	document.addEventListener("keydown", onKey);
	/* Somebody is back at a computer that slept, or the network is. */
	window.addEventListener("online", () => zvon?.status === "waiting" && zvon.connect());
	setInterval(() => {
		desk?.tick();
		if (zvon?.status === "waiting")
			showBanner();
	}, 500);
	showLanguage();
	if (token)
		enter(token);
	else
		showDoor();
}

start();
