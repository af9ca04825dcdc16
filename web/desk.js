/* desk.js - what is shown when somebody is signed in: lines, cards, all calls, queues. */

import { ends, myLeg, myPart, otherEnd, parseLine, since } from "./mine.js";
import { clean, duration, element, find, keyedList, setOutside, setText } from "./view.js";
import { hasWord, say } from "./words.js";

const MOST_ROWS = 200;
const MOST_RECENT = 6;

/* What can be done in each part of a call. */
const BUTTONS = {
	incoming: ["answer", "decline"],
	pick_up: ["hang_up"],
	calling: ["hang_up"],
	talking: ["hold", "transfer", "hang_up"],
	held: ["resume", "transfer", "hang_up"],
};
/* phone: what the phones of the server must obey; else their own keys have to do it. */
const COMMANDS = {
	answer: { name: "call.answer", right: "control", look: "go", phone: "answer" },
	decline: { name: "call.drop", right: "control", look: "stop" },
	hang_up: { name: "call.drop", right: "control", look: "stop" },
	hold: { name: "call.hold", right: "control", phone: "hold" },
	resume: { name: "call.resume", right: "control", phone: "hold" },
	transfer: { name: "call.transfer", right: "transfer" },
};

const DIRECTIONS = { in: "↓", out: "↑", internal: "↔" };

/* ---- small parts ---- */

/* A number and a name from outside. */
function person(extra = "") {
	const number = element("bdi", { class: "number" });
	const name = element("bdi", { class: "name" });
	const node = element("span", { class: `person ${extra}` }, number, " ", name);

	return {
		node,
		update(who) {
			setOutside(number, who?.number || say("withheld"));
			number.classList.toggle("withheld", !who?.number);
			setOutside(name, who?.name === who?.number ? "" : who?.name);
		},
	};
}

/* Shown as text and read as hours, minutes, seconds by nobody: it changes each second. */
function clock() {
	return element("time", { class: "clock", role: "timer", "aria-live": "off" });
}

function tick(node, from, now) {
	setText(node, duration(now - from));
}

/* ---- the desk ---- */

export class Desk {
	#zvon;
	#run; /* (name, args, words) carries a command out and tells what came of it */
	#mine = []; /* my lines: { server, line } */
	#shown = new Map(); /* my calls as they were shown last, by key */
	#recent = [];
	#lists;

	constructor(zvon, run) {
		this.#zvon = zvon;
		this.#run = run;
		this.#lists = {
			servers: this.#list("servers", () => this.#makeServer()),
			lines: this.#list("lines", () => this.#makeLine()),
			cards: this.#list("cards", (card) => this.#makeCard(card)),
			queues: this.#list("queues", () => this.#makeQueue()),
			recent: this.#list("recent", () => this.#makeRecent()),
			calls: this.#list("rows", () => this.#makeRow()),
		};
	}

	/* Empties what an earlier user saw. */
	#list(id, make) {
		find(id).replaceChildren();
		return keyedList(find(id), make);
	}

	#may(right) {
		return (this.#zvon.hello?.rights || []).includes(right);
	}

	#can(key, call) {
		const { right, phone } = COMMANDS[key];
		const phones = this.#zvon.servers.get(call.server)?.phones || [];

		return this.#may(right) && (!phone || phones.includes(phone));
	}

	/* Whom my call under way was meant for, until the server tells it. */
	dialled(id, to) {
		for (const call of this.#zvon.calls.values())
			if (call.call === id)
				call.dialled = to;
		this.refresh();
	}

	/* ---- what is shown now ---- */

	refresh() {
		const calls = [...this.#zvon.calls.values()].sort((a, b) => a.startedAt - b.startedAt);

		this.#mine = (this.#zvon.hello?.lines || []).map(parseLine);
		this.#showServers();
		this.#showLines();
		this.#showCards(calls);
		this.#showRows(calls);
		this.#lists.queues([...this.#zvon.queues].map(([key, queue]) => ({ key, queue }))
			.sort((a, b) => a.key.localeCompare(b.key)));
		this.tick();
	}

	/* Each second. */
	tick(now = Date.now()) {
		for (const node of document.querySelectorAll("time.clock"))
			if (node.dataset.since)
				tick(node, Number(node.dataset.since), now);
	}

	#showServers() {
		this.#lists.servers([...this.#zvon.servers].map(([key, server]) => ({ key, server })));
	}

	#makeServer() {
		const node = element("li", { class: "server" }, element("bdi"));

		return {
			node,
			update: ({ server }) => {
				node.dataset.state = server.state;
				setText(node.firstChild, say(`server_${server.state}`,
					{ server: clean(server.server) }));
			},
		};
	}

	#showLines() {
		const known = [...this.#zvon.lines.values()];
		const lines = this.#mine.flatMap(({ server, line }) => {
			const found = known.filter((one) => one.line === line &&
				(!server || one.server === server));

			return found.length ? found : [{ server: server || "", line, state: "unknown" }];
		});

		this.#lists.lines(lines.map((line) => ({ key: `${line.server}/${line.line}`, line })));
		find("lines").dataset.empty = lines.length ? "" : say("no_lines");
		find("dial").hidden = !lines.length || !this.#may("dial");
	}

	#makeLine() {
		const name = element("bdi", { class: "number" });
		const state = element("span", { class: "state" });
		const node = element("li", { class: "line" }, name, " ", state);

		return {
			node,
			update: ({ line }) => {
				node.dataset.state = line.state;
				setOutside(name, line.line);
				setText(state, say(`line_${line.state}`));
			},
		};
	}

	/* ---- my calls ---- */

	#showCards(calls) {
		const cards = [];

		for (const call of calls) {
			const leg = myLeg(call, this.#mine);
			if (leg)
				cards.push({ key: call.key, call, leg, part: myPart(leg, call),
					other: otherEnd(call, leg) });
		}
		cards.sort((a, b) => (b.part === "incoming") - (a.part === "incoming"));
		this.#lists.cards(cards);
		this.#announce(cards);
		this.#shown = new Map(cards.map((card) => [card.key, card]));
	}

	/* Who rings is read out, and stands in the title of the window. */
	#announce(cards) {
		const ringing = cards.filter((card) => card.part === "incoming");
		const before = [...this.#shown.values()].filter((card) => card.part === "incoming");
		const isNew = ringing.find((card) => !before.some((one) => one.key === card.key));
		const who = (card) => clean([card.other.name, card.other.number]
			.filter(Boolean).join(", ") || say("withheld"));

		document.title = ringing.length ? `☎ ${who(ringing[0])} – zvon` : "zvon";
		if (isNew) {
			const queue = isNew.call.queue;
			setText(find("loud"), say("rings", { who: who(isNew) }) +
				(queue ? `, ${say("via_queue", { queue: clean(queue) })}` : ""));
		} else if (!ringing.length) {
			setText(find("loud"), "");
		}
	}

	#makeCard(card) {
		const part = element("span", { class: "part" });
		const time = clock();
		const who = person("big");
		const tags = element("p", { class: "tags" });
		const hint = element("p", { class: "hint" });
		const buttons = element("div", { class: "buttons" });
		const transfer = this.#makeTransfer(card);
		const node = element("article", { class: "card panel" },
			element("header", {}, part, time), who.node, tags, hint, buttons, transfer.node);
		const button = keyedList(buttons,
			({ key }) => this.#makeButton(key, card, transfer));

		return {
			node,
			update: (now) => {
				Object.assign(card, now);
				node.dataset.part = now.part;
				node.dataset.call = now.key;
				setText(part, say(`part_${now.part}`));
				time.dataset.since = since(now.call);
				who.update(now.other);
				this.#showTags(tags, now);
				hint.hidden = now.part !== "incoming" || this.#can("answer", now.call);
				setText(hint, say("lift"));
				button(BUTTONS[now.part].filter((key) => this.#can(key, now.call))
					.map((key) => ({ key })));
				transfer.update(now.part);
			},
		};
	}

	#showTags(tags, { call }) {
		const words = [];

		if (call.queue)
			words.push(say("via_queue", { queue: clean(call.queue) }));
		else if (call.did && call.direction === "in")
			words.push(say("via_did", { did: clean(call.did) }));
		setText(tags, words.join(" · "));
		tags.hidden = !words.length;
	}

	#makeButton(key, card, transfer) {
		const { name, look = "" } = COMMANDS[key];
		const node = element("button", { type: "button", class: look, "data-do": key });

		node.addEventListener("click", () => {
			if (key === "transfer")
				transfer.open(node);
			else
				this.#do(node, name, card);
		});
		return { node, update: () => setText(node, say(key)) };
	}

	/* Not twice while the first is under way; the focus stays. */
	async #do(button, name, card, more = {}) {
		if (button.getAttribute("aria-disabled") === "true")
			return;
		button.setAttribute("aria-disabled", "true");
		await this.#run(name, { call: card.call.call, line: card.leg.line,
			...(this.#zvon.servers.size > 1 ? { server: card.call.server } : {}), ...more });
		button.removeAttribute("aria-disabled");
	}

	#makeTransfer(card) {
		const id = `transfer-${card.key}`;
		const label = element("label", { for: id });
		const input = element("input", { id, type: "tel", inputmode: "tel", maxlength: "64",
			autocomplete: "off", required: "" });
		const go = element("button", { class: "go" });
		const cancel = element("button", { type: "button", class: "quiet" });
		const node = element("form", { class: "transfer", autocomplete: "off" },
			label, input, go, cancel);
		let opener = null;

		const close = () => {
			if (node.contains(document.activeElement))
				opener?.focus();
			node.hidden = true;
			input.value = "";
		};

		node.hidden = true;
		cancel.addEventListener("click", close);
		node.addEventListener("keydown", (event) => {
			if (event.key === "Escape")
				close();
		});
		node.addEventListener("submit", (event) => {
			event.preventDefault();
			this.#do(go, "call.transfer", card, { to: input.value.trim() });
			close();
		});
		return {
			node,
			open: (from) => {
				opener = from;
				node.hidden = false;
				input.focus();
			},
			update: (part) => {
				setText(label, say("transfer_to"));
				setText(go, say("transfer_go"));
				setText(cancel, say("cancel"));
				if (!BUTTONS[part].includes("transfer"))
					close();
			},
		};
	}

	/* ---- all calls ---- */

	#showRows(calls) {
		this.#lists.calls(calls.slice(0, MOST_ROWS).map((call) => ({ key: call.key, call })));
		setText(find("count"), calls.length ? String(calls.length) : "");
		find("quiet").hidden = calls.length > 0;
		find("calls").hidden = calls.length === 0;
	}

	#makeRow() {
		const cell = (name, ...inside) =>
			element("td", { class: name, role: "cell" }, ...inside);
		const arrow = element("span", { "aria-hidden": "true" });
		const direction = element("span", { class: "unseen" });
		const [from, to] = [person(), person()];
		const queue = element("bdi");
		const state = element("span", { class: "state" });
		const time = clock();
		const node = element("tr", { role: "row" }, cell("direction", arrow, direction),
			cell("from", from.node), cell("to", to.node), cell("queue", queue),
			cell("what", state), cell("time", time));

		return {
			node,
			update: ({ call }) => {
				const who = ends(call);

				node.dataset.state = call.state;
				node.dataset.call = call.key;
				node.classList.toggle("own", Boolean(myLeg(call, this.#mine)));
				setText(arrow, DIRECTIONS[call.direction] || "");
				setText(direction, say(`direction_${call.direction}`));
				from.update(who.from);
				to.update(who.to);
				setOutside(queue, call.queue);
				setText(state, say(`call_${call.state}`));
				time.dataset.since = since(call);
			},
		};
	}

	#makeQueue() {
		const node = element("li", {}, element("bdi"));

		return {
			node,
			update: ({ queue }) => {
				node.classList.toggle("busy", queue.waiting > 0);
				setText(node.firstChild, say("waiting",
					{ queue: clean(queue.queue), n: queue.waiting ?? 0 }));
			},
		};
	}

	/* ---- calls that have just ended ---- */

	/* An event may end my part in a call that is on a card. */
	onEvent(event) {
		const card = this.#shown.get(`${event.server}/${event.call}`);

		if (!card || event.reason === "merged" || myLeg(event, this.#mine))
			return;
		const leg = myLeg(event, this.#mine, true);
		this.#shown.delete(card.key);
		this.#recent.unshift({ key: `${card.key} ${event.seq}`, other: card.other,
			at: new Date(), missed: isMissed(leg), role: leg?.role,
			result: leg?.result || event.result || "failed" });
		this.#recent.length = Math.min(this.#recent.length, MOST_RECENT);
		this.#showRecent();
	}

	#showRecent() {
		this.#lists.recent(this.#recent);
		find("recent-panel").hidden = !this.#recent.length;
	}

	#makeRecent() {
		const time = element("time");
		const who = person();
		const result = element("span", { class: "result" });
		const again = element("button", { type: "button", class: "quiet again" }, "☎");
		const node = element("li", {}, time, who.node, result, again);

		return {
			node,
			update: ({ at, other, role, missed, result: key }) => {
				const arrow = role === "callee" ? "↓" : "↑";

				setText(time, `${arrow} ${at.toTimeString().slice(0, 5)}`);
				who.update(other);
				node.classList.toggle("missed", missed);
				setText(result, say(missed ? "missed" : `result_${key}`));
				again.hidden = !other.number || !this.#may("dial");
				again.title = say("call_back", { number: clean(other.number) });
				again.setAttribute("aria-label", again.title);
				again.onclick = () => this.#run("call.make", { to: other.number });
			},
		};
	}

	/* After a change of the language. */
	translate() {
		this.#showRecent();
		this.refresh();
	}
}

/* A call to me that nobody took. */
function isMissed(leg) {
	return leg?.role === "callee" && !["answered", "answered_elsewhere", "rejected"]
		.includes(leg.result);
}

export function resultWord(result) {
	return hasWord(`result_${result}`) ? say(`result_${result}`) : clean(result);
}
