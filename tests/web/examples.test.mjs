/* docs/protocol/examples: each is run as its head says, before zvond --demo. */

import assert from "node:assert/strict";
import path from "node:path";
import process from "node:process";
import test, { after, before } from "node:test";

import { ROOT, start, startDemo } from "./common.mjs";

const FOLDER = path.join(ROOT, "docs/protocol/examples");
/* For a Node without a WebSocket of its own. */
const SOCKET = path.join(ROOT, "tests/web/websocket.cjs");

let demo;

before(async () => {
	demo = await startDemo({ rate: 30 });
});

after(() => demo?.stop());

/* Ends by itself after some messages; gives what it has printed. */
async function run(command, ...args) {
	const program = await start(command, [...args, demo.url, "demo", "210"], /\n/,
		{ ZVON_PASSWORD: "demo", EVENTS: "8", NODE_OPTIONS: `-r ${SOCKET}` });
	const code = await new Promise((resolve) => {
		if (program.child.exitCode !== null)
			resolve(program.child.exitCode);
		program.child.once("close", resolve);
	});

	assert.equal(code, 0, program.output);
	return program.output;
}

const NAMES = /^\d+ (call|leg|line|queue|recording|server)\.\w+/m;

test("http.sh: state, a call with its outcome, events, signing out", async () => {
	const said = await run(path.join(FOLDER, "http.sh"));

	assert.match(said, /"200"/);
	assert.match(said, /"result":"busy"/);
	assert.match(said, /^\{"type":"snapshot"/m);
	assert.match(said, /^\{"type":"event","seq":\d+/m);
	assert.match(said, /\{"ok":true\}\s*$/);
});

test("events.py: a call with its outcome, events", async () => {
	const said = await run("python3", path.join(FOLDER, "events.py"));

	assert.match(said, /^result busy$/m);
	assert.match(said, /^snapshot \d+ calls$/m);
	assert.match(said, NAMES);
});

test("websocket.py: hello, snapshot, events", async () => {
	const said = await run("python3", path.join(FOLDER, "websocket.py"));

	assert.match(said, /^hello demo 200$/m);
	assert.match(said, /^snapshot \d+ calls$/m);
	assert.match(said, NAMES);
	assert.match(said, /^closed 1000/m);
});

test("websocket.mjs: hello, snapshot, events", async () => {
	const said = await run(process.execPath, path.join(FOLDER, "websocket.mjs"));

	assert.match(said, /^hello demo 200 /m);
	assert.match(said, /^snapshot \d+ calls$/m);
	assert.match(said, NAMES);
	assert.match(said, /^closed 1000/m);
});

test("zvon-js.mjs: events, until it closes", async () => {
	const said = await run(process.execPath, path.join(FOLDER, "zvon-js.mjs"));

	assert.match(said, /^status online$/m);
	assert.match(said, /^calls \d+ lines [1-9]/m);
	assert.match(said, NAMES);
	assert.match(said, /^status closed$/m);
});
