/* A recording in <audio>, by a link, on the page of somebody else: Asterisk 22 recorded the call,
 * the file is GSM. */

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import test, { after, before } from "node:test";

import { signIn } from "../../web/zvon.js";
import * as use from "./common.mjs";

const CAPTURE = path.join(use.ROOT, "tests/wire/captures/22.10.1/recording-mixmonitor.ami");
const MINUTES = 10;

let browser, folder, zvond;

before(async () => {
	browser = await use.startBrowser();
	folder = use.makeFolder();
	/* frames of silence with the mark of GSM, 50 a second */
	const frames = Buffer.alloc(33 * 50 * 60 * MINUTES);
	for (let i = 0; i < frames.length; i += 33)
		frames[i] = 0xd0;
	fs.mkdirSync(path.join(folder, "rec"));
	fs.writeFileSync(path.join(folder, "rec/1795225359.227.gsm"), frames);
	const file = use.writeConfig(folder, { line: "101", server:
		`replay = ${CAPTURE}\nreplay_speed = 20` });
	fs.appendFileSync(file, `[recordings]\nroot = ${folder}/rec\n`);
	zvond = await use.start(use.ZVOND, ["--config", file],
		/listening on (http:\/\/127\.0\.0\.1:\d+)/);
	[, zvond.url] = zvond.match;
});

after(async () => {
	await browser?.close();
	await zvond?.stop();
	use.removeFolder(folder);
});

async function ask(method, target, token) {
	const answer = await fetch(zvond.url + target, { method,
		headers: { Authorization: `Bearer ${token}` } });

	return answer.ok ? answer.json() : { calls: [] };
}

/* The first call that was recorded, when it is over. */
async function findRecording(token) {
	for (const end = Date.now() + use.PATIENCE_MS; Date.now() < end;) {
		const { calls } = await ask("GET", "/v1/history?recorded=1", token);
		if (calls.length)
			return calls[0].recordings[0].id;
		await new Promise((resolve) => {
			setTimeout(resolve, 100);
		});
	}
	throw new Error(`no call: ${zvond.output}`);
}

test("a link plays in <audio>, and one can seek in it", async () => {
	const { token } = await signIn(zvond.url, "demo", "demo");
	const id = await findRecording(token);
	const { url } = await ask("POST", `/v1/recordings/${id}/link`, token);
	const page = await browser.newPage();
	const ranges = [];

	page.on("request", (request) => ranges.push(request.headers().range));
	await page.setContent(`<audio muted preload="metadata" src="${zvond.url}${url}"></audio>`);
	const heard = await page.evaluate(async (seconds) => {
		const audio = document.querySelector("audio");
		const once = (name) => new Promise((resolve, reject) => {
			audio.addEventListener(name, resolve, { once: true });
			audio.addEventListener("error", () => reject(new Error(audio.error.message)));
		});

		if (audio.readyState < 1)
			await once("loadedmetadata");
		audio.currentTime = seconds - 30;
		await once("seeked");
		const seeked = audio.currentTime;
		await audio.play();
		await once("timeupdate");
		while (audio.currentTime < seeked + 0.2)
			await once("timeupdate");
		return { duration: audio.duration, seeked };
	}, 60 * MINUTES);
	await page.close();
	assert.equal(Math.round(heard.duration), 60 * MINUTES);
	assert.equal(Math.round(heard.seeked), 60 * MINUTES - 30);
	assert.ok(ranges.some((range) => /^bytes=[1-9]\d+-/.test(range ?? "")),
		`it asked for ranges: ${ranges}`);
});
