/* Fault 037: what somebody may put into the name that his phone shows. A recorded call with
 * another name rings line 102. */

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import test, { after, before } from "node:test";

import * as use from "./common.mjs";

const RECORDING = path.join(use.ROOT, "tests/wire/captures/22.10.1/call-caller-cancels.ami");
const NAME = "Оператор Первый";
const ID = 1795225264; /* its ids begin so */

/* What is seen of it: 256 code points. */
const NAMES = {
	"an element with a handler": "<img src=x onerror=alert(1)>",
	"the end of a script": "\"></script><script>alert(1)</script>",
	"marks of writing direction": "\u202Egnp.exe\u2066\u061C 001",
	"10 kB of combining marks": "e" + "\u0301".repeat(5000),
	"256 code points beyond the basic plane": "😀".repeat(300),
	"a long name": "Very Long Name ".repeat(60).trim(),
};

let browser, folder, manager, zvond;

before(async () => {
	[browser, manager] = await Promise.all([use.startBrowser(), use.startManager()]);
	folder = use.makeFolder();
	zvond = await use.startZvond(folder, manager, { line: "102", phones: "no" });
});

after(async () => {
	await browser?.close();
	await zvond?.stop();
	manager?.stop();
	use.removeFolder(folder);
});

/* What the recording says from the first channel to its end, with that name: the calling,
 * and the ending. Each time it is another call. */
let made = 0;

function callFrom(name) {
	const text = fs.readFileSync(RECORDING, "utf8").replaceAll(ID, String(ID + ++made));
	const begin = text.search(/^Event: Newchannel\r$/m);
	const end = text.search(/^Event: (Hangup|SoftHangupRequest|HangupRequest)\r$/m);

	assert.ok(begin > 0 && end > begin && text.includes(NAME));
	return [text.slice(begin, end), text.slice(end)]
		.map((part) => part.replaceAll(NAME, name));
}

for (const [what, name] of Object.entries(NAMES)) {
	test(`fault 037: ${what} is shown as text`, async (t) => {
		const page = await use.openPage(t, browser, zvond.url, { viewport:
			{ width: 390, height: 844 } });
		const [begins, ends] = callFrom(name);

		await use.signIn(page);
		await page.locator("#servers .server[data-state=up]").waitFor();
		manager.say(begins);
		const shown = use.card(page, "incoming").locator("bdi.name");
		await shown.waitFor();
		const wanted = [...name].slice(0, 256).join("");
		assert.equal(await shown.textContent(), wanted);
		assert.equal(await page.locator("#rows .from bdi.name").textContent(), wanted);
		assert.equal(await page.locator("img, main script").count(), 0);
		const { height } = await shown.boundingBox();
		assert.ok(height < 40, `one line, not ${height} px`);
		assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 390);
		/* Marks in the name do not turn the number beside it. */
		const box = (part) => page.locator(`#rows .from bdi.${part}`).boundingBox();
		assert.ok((await box("number")).x < (await box("name")).x);
		await use.card(page, "incoming").getByText("Lift the handset to answer.").waitFor();
		assert.equal(await page.locator("[data-do=answer]").count(), 0);
		manager.say(ends);
		await page.locator(".card").waitFor({ state: "detached" });
		assert.deepEqual(await page.verdict(), use.CLEAN);
	});
}
