/* Fault 062: a page of somebody else, open in the same browser as ours, tries what it can: a
 * WebSocket, a POST with and without a preflight, reading what a GET gives, a frame, a form. */

import assert from "node:assert/strict";
import http from "node:http";
import test, { after, before } from "node:test";

import * as use from "./common.mjs";

let browser, zvond, site;

/* A site of another origin: another port is one, and so is localhost beside 127.0.0.1. */
before(async () => {
	site = http.createServer((_request, response) => {
		response.setHeader("Content-Type", "text/html");
		response.end("<!doctype html><title>Prizes</title>");
	});
	await new Promise((resolve) => {
		site.listen(0, "127.0.0.1", resolve);
	});
	[browser, zvond] = await Promise.all([use.startBrowser(), use.startDemo({ rate: 0 })]);
});

after(async () => {
	await browser?.close();
	await zvond?.stop();
	site?.close();
});

/* What the foreign page finds out, in its own words. */
async function attack(page, target, token) {
	return page.evaluate(async ({ url, bearer }) => {
		const socket = (address, protocols) => new Promise((resolve) => {
			const one = new WebSocket(address, protocols);

			one.onopen = () => resolve("open");
			one.onmessage = () => resolve("message");
			one.onerror = () => resolve("refused");
		});
		const ask = async (path, options) => {
			try {
				const answer = await fetch(url + path, options);

				return answer.type === "opaque" ? "opaque" : await answer.text();
			} catch (error) {
				return error.name;
			}
		};
		const login = JSON.stringify({ user: "anna", password: "demo" });
		const ws = url.replace("http", "ws");
		const json = { "Content-Type": "application/json" };
		const bearing = { Authorization: `Bearer ${bearer}` };

		return {
			panel: await socket(`${ws}/`),
			own: await socket(`${ws}/v1/events`, "zvon.v1"),
			bearer: await socket(`${ws}/v1/events`, ["zvon.v1", `bearer.${bearer}`]),
			post: await ask("/v1/login", { method: "POST", body: login }),
			postNoCors: await ask("/v1/login", { method: "POST", body: login, mode: "no-cors" }),
			postJson: await ask("/v1/login", { method: "POST", body: login, headers: json }),
			get: await ask("/v1/openapi.json"),
			getMine: await ask("/v1/me", { headers: bearing }),
			command: await ask("/v1/commands/call.make", { method: "POST", headers: bearing,
				body: JSON.stringify({ to: "205" }) }),
			metrics: await ask("/metrics"),
		};
	}, { url: target, bearer: token });
}

async function tokenOf(url) {
	const answer = await fetch(`${url}/v1/login`, { method: "POST",
		body: JSON.stringify({ user: "demo", password: "demo" }) });

	return (await answer.json()).token;
}

async function metric(url, name) {
	const text = await (await fetch(`${url}/metrics`)).text();

	return Number(new RegExp(`^zvond_${name} (\\S+)$`, "m").exec(text)[1]);
}

test("fault 062: a foreign page gets nothing and changes nothing", async (t) => {
	const token = await tokenOf(zvond.url);
	const before = { logins: await metric(zvond.url, "logins_total"),
		upgrades: await metric(zvond.url, "upgrades_total"),
		commands: await metric(zvond.url, "commands_total") };
	const { port } = site.address();

	assert.ok(token);
	for (const host of ["127.0.0.1", "localhost"]) {
		const context = await browser.newContext();
		const page = await context.newPage();

		t.after(() => context.close());
		await page.goto(`http://${host}:${port}/`);
		const found = await attack(page, zvond.url, token);

		assert.deepEqual(found, { panel: "refused", own: "refused", bearer: "refused",
			post: "TypeError", postNoCors: "opaque", postJson: "TypeError", get: "TypeError",
			getMine: "TypeError", command: "TypeError", metrics: "TypeError" });
	}
	assert.equal(await metric(zvond.url, "logins_total"), before.logins);
	assert.equal(await metric(zvond.url, "upgrades_total"), before.upgrades);
	assert.equal(await metric(zvond.url, "commands_total"), before.commands);
});

test("fault 062: our own page cannot be framed, nor fed by a form", async (t) => {
	const context = await browser.newContext();
	const page = await context.newPage();

	t.after(() => context.close());
	await page.goto(`http://127.0.0.1:${site.address().port}/`);
	const inside = await page.evaluate((url) => new Promise((resolve) => {
		const frame = document.createElement("iframe");

		frame.onload = () => {
			try {
				resolve(frame.contentDocument ? "empty" : "shut");
			} catch {
				resolve("shut");
			}
		};
		frame.src = url;
		document.body.append(frame);
	}), `${zvond.url}/`);
	const frames = page.frames().map((frame) => frame.url());

	assert.equal(inside, "shut");
	assert.ok(frames.some((url) => url.startsWith("chrome-error:")), frames.join(" "));

	const [answer] = await Promise.all([
		page.waitForResponse((one) => one.url().endsWith("/v1/login")),
		page.evaluate((url) => {
			const form = document.createElement("form");

			form.method = "post";
			form.enctype = "text/plain";
			form.action = `${url}/v1/login`;
			form.innerHTML = "<input name='{\"user\":\"demo\",\"password\":\"demo\",\"x\":\"' " +
				"value='\"}'>";
			document.body.append(form);
			form.submit();
		}, zvond.url)]);

	assert.equal(answer.status(), 403);
});

test("fault 063: a foreign name for our address is refused", async (t) => {
	const context = await browser.newContext();
	const page = await context.newPage();

	t.after(() => context.close());
	const { port } = zvond;
	const [answer] = await Promise.all([
		page.waitForResponse((one) => one.url().includes("rebind.localhost")),
		/* Chromium resolves *.localhost to loopback by itself (RFC 6761, 6.3) */
		page.goto(`http://rebind.localhost:${port}/`)]);

	assert.equal(answer.status(), 421);
});
