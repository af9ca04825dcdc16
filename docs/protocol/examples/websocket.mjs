/* websocket.mjs URL USER [TO] - zvon.v1 with a plain WebSocket: what zvon.js does for you,
 * without its coming back after a loss.
 *
 *	ZVON_PASSWORD=demo node websocket.mjs http://127.0.0.1:2013 demo 204 */

import process from "node:process";

const [url, user, to] = process.argv.slice(2);
const most = Number(process.env.EVENTS || Infinity);
const WebSocket = globalThis.WebSocket ?? (await import("ws")).default;

/* A token first: what a browser may send with a WebSocket are its subprotocols. */
const answer = await fetch(`${url}/v1/login`, { method: "POST",
	body: JSON.stringify({ user, password: process.env.ZVON_PASSWORD }) });
const { token, error: refusal } = await answer.json();
if (!token)
	throw new Error(refusal.message);
const socket = new WebSocket(`${url.replace(/^http/, "ws")}/v1/events`,
	["zvon.v1", `bearer.${token}`]);
const say = (message) => socket.send(JSON.stringify(message));
let last = 0; /* of the last event: for { type: "resume", seq: last, stream } */
let seen = 0;

const on = {
	hello({ user: name, lines, stream }) {
		console.log("hello", name, lines.join(), stream);
		say({ type: "start" });
	},
	snapshot({ seq, calls }) {
		last = seq;
		console.log("snapshot", calls.length, "calls");
		if (to)
			say({ type: "command", id: "1", name: "call.make", args: { to } });
	},
	event(event) {
		last = event.seq;
		console.log(event.seq, event.event, event.call ?? "");
		if (++seen === most)
			socket.close(1000);
	},
	progress: ({ id, call }) => console.log("progress", id, call),
	result: ({ id, ok, result, error }) => console.log("result", id, ok ? result : error.message),
};

socket.onmessage = ({ data }) => {
	const message = JSON.parse(data);
	on[message.type]?.(message);
};
socket.onclose = ({ code, reason }) => console.log("closed", code, reason, "last", last);
socket.onerror = () => {};
