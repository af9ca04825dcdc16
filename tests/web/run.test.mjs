/* tools/run.sh, what `make run` runs: says where it is, and what it says to type works. */

import assert from "node:assert/strict";
import child_process from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import test from "node:test";

import { Zvon, signIn } from "../../web/zvon.js";
import * as use from "./common.mjs";

/* Starts it, until Ctrl-C. */
async function run(t, { args = [], end, env = {} }) {
	const folder = use.makeFolder();
	const it = await use.start(path.join(use.ROOT, "tools/run.sh"), args, end,
		{ PORT: "0", TMPDIR: folder, LC_ALL: "C.UTF-8", ...env });

	it.commands = [...it.output.matchAll(/^ {2}(curl .*)$/gm)].map(([, line]) => line);
	it.url = /http:\/\/127\.0\.0\.1:\d+/.exec(it.output)[0];
	t.after(async () => {
		await it.stop("SIGINT");
		use.removeFolder(folder);
	});
	it.endsCleanly = async () => {
		assert.equal(fs.readdirSync(folder).length, 1);
		assert.equal(await it.stop("SIGINT"), 0);
		assert.deepEqual(fs.readdirSync(folder), [], "nothing is left");
		await assert.rejects(fetch(it.url), "nobody listens any more");
	};
	return it;
}

/* What that line prints until `wanted` is in it. */
function type(line, wanted) {
	return new Promise((resolve, reject) => {
		const child = child_process.spawn("sh", ["-c", `exec ${line}`],
			{ stdio: ["ignore", "pipe", "ignore"] });
		let output = "";

		child.stdout.on("data", (data) => {
			output += data;
			if (wanted.test(output))
				child.kill();
		});
		child.on("close", () => wanted.test(output) ? resolve(output)
			: reject(new Error(`${line}: ${output}`)));
	});
}

async function client(t, url, user, password) {
	const { token } = await signIn(url, user, password);
	const zvon = new Zvon({ url: `${url.replace("http", "ws")}/v1/events`, token,
		WebSocket: use.WebSocket });

	t.after(() => zvon.close());
	zvon.connect();
	await zvon.ready();
	return zvon;
}

test("the simulated office: the lines that it prints do what it says", async (t) => {
	const it = await run(t, { end: /Ctrl-C closes it/, env: { RATE: "0" } });
	const [call, calls, events] = it.commands;
	const demo = await client(t, it.url, "demo", "demo");
	const rings = new Promise((resolve) => {
		demo.addEventListener("event", ({ detail: { event, leg, from } }) =>
			event === "leg.ringing" && leg.line === "200" && from.number === "201" &&
			resolve());
	});

	await Promise.all([type(call, /"ok":true/), rings]);
	await type(calls, /^\[.*"call":/);
	await type(events, /^data: \{"type":"snapshot"/m);
	assert.match(await (await fetch(it.url)).text(), /<title>zvon<\/title>/);
	demo.close();
	await it.endsCleanly();
});

test("a PBX, in Russian: signs in with the password that it prints", async (t) => {
	const office = await use.startOffice();

	t.after(() => office.stop());
	const it = await run(t, { args: [`ami://demo@${office.address}`], end: /Закрыть: Ctrl-C/,
		env: { LC_ALL: "", LC_MESSAGES: "", LANG: "ru_RU.UTF-8", ZVON_SECRET: "demo",
			LINE: "203", CONTEXT: "internal" } });
	const password = /пароль (\w+);/.exec(it.output)[1];
	const me = await client(t, it.url, "me", password);

	assert.deepEqual(me.hello.lines, ["203"]);
	const up = () => me.servers.get("asterisk").state === "up";
	if (!up())
		await new Promise((resolve) => {
			me.addEventListener("event", () => up() && resolve());
		});
	assert.equal((await me.command("call.make", { to: "210" })).result, "busy");
	for (const line of it.commands)
		await type(line, /^(\[|event|data|id|:)/m);
	me.close();
	await it.endsCleanly();
});

test("a secret that nobody gave is asked for, not guessed", async () => {
	const child = child_process.spawnSync(path.join(use.ROOT, "tools/run.sh"),
		["ami://demo@127.0.0.1:1"], { env: { PATH: process.env.PATH }, encoding: "utf8" });

	assert.equal(child.status, 1);
	assert.match(child.stderr, /set ZVON_SECRET/);
});
