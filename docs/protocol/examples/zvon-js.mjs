/* zvon-js.mjs URL USER [TO] - the client of the page, zvon.js, in Node: says who calls whom,
 * makes a call to TO.
 *
 *	ZVON_PASSWORD=demo node zvon-js.mjs http://127.0.0.1:2013 demo 204
 *
 * Node 22 and later has a WebSocket of its own; before, `npm install ws`. In a browser the
 * daemon itself serves zvon.js: import { Zvon } from "https://pbx.example/zvon.js" */

import process from "node:process";

import { Zvon, signIn } from "../../../web/zvon.js";

const [url, user, to] = process.argv.slice(2);
const most = Number(process.env.EVENTS || Infinity);
const WebSocket = globalThis.WebSocket ?? (await import("ws")).default;

const { token } = await signIn(url, user, process.env.ZVON_PASSWORD);
const zvon = new Zvon({ url: `${url.replace(/^http/, "ws")}/v1/events`, token, WebSocket });
let seen = 0;

zvon.addEventListener("status", ({ detail }) => console.log("status", detail.status));
zvon.addEventListener("event", ({ detail: event }) => {
	const { from, to: called, state } = event;

	console.log(event.seq, event.event, event.call ?
		`${from.number} → ${called.number ?? "?"} ${state}` : event.line ?? event.queue ?? "");
	if (++seen === most)
		zvon.close();
});

zvon.connect();
await zvon.ready();
console.log("calls", zvon.calls.size, "lines", zvon.lines.size);

if (to) {
	try {
		const { result } = await zvon.command("call.make", { to },
			{ onProgress: ({ call }) => console.log("call", call) });
		console.log("result", result);
	} catch (error) {
		console.log("not made:", error.code, error.message);
	}
}
