/* The page when others go: the daemon, the PBX; and pages of others. */

import assert from "node:assert/strict";
import http from "node:http";
import test, { after, before, beforeEach } from "node:test";

import { signIn as getToken } from "../../web/zvon.js";
import * as use from "./common.mjs";

let browser, office, zvond, folder;

before(async () => {
	[browser, office] = await Promise.all([use.startBrowser(), use.startOffice()]);
	folder = use.makeFolder();
	zvond = await use.startZvond(folder, office);
});

/* What a test has left is nobody else's. */
beforeEach(() => use.hangUpAll(office));

after(async () => {
	await browser?.close();
	await zvond?.stop();
	await office?.stop();
	use.removeFolder(folder);
});

test("the daemon stops and comes back: no reload, the calls are right", async (t) => {
	const page = await use.atDesk(t, browser, zvond.url);
	const loads = () => page.requests.filter((url) => url === `${zvond.url}/`).length;
	const token = () => page.evaluate(() => sessionStorage.getItem("zvon.token"));
	const kept = await token();

	for (const signal of ["SIGTERM", "SIGKILL"]) {
		await use.called(t, office, page, "200");
		await use.card(page, "talking").waitFor();
		await zvond.stop(signal);
		await page.locator("#banner-text", { hasText: "No connection to zvon" }).waitFor();
		/* it ends while nobody looks */
		if (signal === "SIGKILL")
			await use.hangUpAll(office);
		zvond = await use.startZvond(folder, office, { port: zvond.port });
		await page.locator("#banner").waitFor({ state: "hidden" });
		if (signal === "SIGKILL") {
			await page.locator(".card").waitFor({ state: "detached" });
		} else {
			await use.card(page, "talking").locator("[data-do=hang_up]").click();
			await page.locator(".card").waitFor({ state: "detached" });
		}
		await page.locator("#lines .line[data-state=idle]").waitFor();
		await page.locator("#quiet").waitFor();
	}
	assert.equal(loads(), 1, "the page was not loaded again");
	assert.equal(await token(), kept);
	await use.called(t, office, page, "200");
	await use.quiet(page);
	assert.deepEqual(await page.verdict(/WebSocket connection to .* failed/), use.CLEAN);
});

test("the PBX goes: a banner says so until it is back", async (t) => {
	const page = await use.atDesk(t, browser, zvond.url);

	await office.stop();
	await page.locator("#banner-text", { hasText: "telephone server office" }).waitFor();
	await page.locator("#servers .server[data-state=down]").waitFor();
	await page.fill("#number", "205");
	await page.click("#dial button");
	await page.locator("#said li", { hasText: "there is no connection to the telephone server" })
		.waitFor();
	office = await use.startOffice({ port: office.port });
	await page.locator("#banner").waitFor({ state: "hidden", timeout: 40000 });
	await page.locator("#servers .server[data-state=up]").waitFor();
	assert.deepEqual(await page.verdict(), use.CLEAN);
});

test("fault 062: a page from elsewhere opens no WebSocket", async (t) => {
	const foreign = http.createServer((_, answer) => {
		answer.setHeader("Content-Type", "text/html");
		answer.end("<!DOCTYPE html><title>foreign</title>");
	});

	await new Promise((resolve) => {
		foreign.listen(0, "127.0.0.1", resolve);
	});
	t.after(() => foreign.close());
	const { token } = await getToken(zvond.url, "demo", "demo");
	const attempt = ({ url, protocols }) => new Promise((resolve) => {
		const socket = new WebSocket(url, protocols);
		socket.onopen = () => resolve("open");
		socket.onclose = () => resolve("refused");
	});
	const how = { url: `${zvond.url.replace("http", "ws")}/v1/events`,
		protocols: ["zvon.v1", `bearer.${token}`] };
	const own = await use.openPage(t, browser, zvond.url);
	assert.equal(await own.evaluate(attempt, how), "open", "the page's own origin may");
	for (const host of ["127.0.0.1", "localhost"]) {
		const page = await use.openPage(t, browser,
			`http://${host}:${foreign.address().port}/`);
		assert.equal(await page.evaluate(attempt, how), "refused", host);
		const answer = await page.evaluate((url) =>
			fetch(`${url}/v1/login`, { method: "POST", body: "{}" }).then(() => "read",
				() => "not read"), zvond.url);
		assert.equal(answer, "not read");
	}
});
