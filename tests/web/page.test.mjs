/* The page in Chromium, before zvond and a simulated office. */

import assert from "node:assert/strict";
import test, { after, before, beforeEach } from "node:test";

import { Zvon, signIn as getToken } from "../../web/zvon.js";
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

/* Another client of the same user, that tells when something really happened. */
async function observer(t) {
	const { token } = await getToken(zvond.url, "demo", "demo");
	const zvon = new Zvon({ url: `${zvond.url.replace("http", "ws")}/v1/events`, token,
		WebSocket: use.WebSocket });

	t.after(() => zvon.close());
	zvon.connect();
	await zvon.ready();
	zvon.saw = (wanted) => new Promise((resolve) => {
		zvon.addEventListener("event", ({ detail }) => wanted(detail) && resolve(Date.now()));
	});
	return zvon;
}

/* It rings at the user room until somebody does something. */
async function incoming(t, page) {
	await use.called(t, office, page, "208");
	await use.card(page, "incoming").waitFor();
}

const ROOM = { user: "room" };

test("sign in: a wrong password is refused, the right one is taken", async (t) => {
	const page = await use.openPage(t, browser, zvond.url);

	await use.signIn(page, "demo", "wrong");
	await page.locator("#sign-in-said", { hasText: "User or password is wrong." }).waitFor();
	assert.equal(await page.evaluate(() => sessionStorage.length), 0);
	await use.signIn(page);
	await page.locator("#lines .line[data-state=idle]", { hasText: "200" }).waitFor();
	assert.equal(await page.textContent("#who-name"), "Анна Смирнова");
	assert.equal(await page.inputValue("#password"), "");
	assert.ok(!page.requests.some((url) => /token|bearer|demo/.test(url)), "a secret in a URL");
	assert.deepEqual(await page.verdict(/status of 401/), use.CLEAN);
});

test("sign out: the token is of no more use, the page asks again", async (t) => {
	const page = await use.atDesk(t, browser, zvond.url);
	const token = await page.evaluate(() => sessionStorage.getItem("zvon.token"));

	await Promise.all([page.waitForResponse((answer) => answer.url().endsWith("/v1/logout")),
		page.click("#sign-out")]);
	await page.waitForSelector("#user");
	const answer = await fetch(`${zvond.url}/v1/me`,
		{ headers: { Authorization: `Bearer ${token}` } });
	assert.equal(answer.status, 401);
	assert.equal(await page.locator("#desk").isVisible(), false);
	/* A tab that still had it is told when it comes back. */
	await page.evaluate((old) => sessionStorage.setItem("zvon.token", old), token);
	await page.reload();
	await page.locator("#sign-in-said", { hasText: /signed out|sign in again/ }).waitFor();
	assert.deepEqual(await page.verdict(), use.CLEAN);
});

test("an incoming call is shown within a second, read out, and goes", async (t) => {
	const page = await use.atDesk(t, browser, zvond.url, ROOM);
	const other = await observer(t);
	const rang = other.saw((event) => event.event === "leg.ringing" && event.leg.line === "208");

	await incoming(t, page);
	const late = Date.now() - await rang;
	assert.ok(late < 1000, `shown ${late} ms after it rang`);
	const shown = use.card(page, "incoming");
	assert.equal(await shown.locator(".number").textContent(), "204");
	assert.equal(await shown.locator(".name").textContent(), "Олег Кузнецов");
	assert.equal(await page.textContent("#loud"), "Олег Кузнецов, 204 is calling");
	assert.match(await page.title(), /^☎ Олег Кузнецов, 204/);
	assert.equal(await page.locator("tr.own").count(), 1);
	await shown.locator("[data-do=decline]").click();
	await page.locator(".card").waitFor({ state: "detached" });
	await page.locator("tr.own").waitFor({ state: "detached" });
	await page.locator("#recent li", { hasText: "204" }).waitFor();
	assert.equal(await page.title(), "zvon");
	assert.deepEqual(await page.verdict(), use.CLEAN);
});

test("a call of the queue names the queue", async (t) => {
	const page = await use.atDesk(t, browser, zvond.url);

	await use.called(t, office, page, "800");
	await page.locator(".card .tags", { hasText: "queue sales" }).waitFor();
	await page.locator("#queues li", { hasText: /^sales: \d waiting$/ }).waitFor();
	await page.locator("#calls tr.own .queue", { hasText: "sales" }).waitFor();
	await use.quiet(page);
	assert.deepEqual(await page.verdict(), use.CLEAN);
});

test("answer, hold, go on: the phones obey", async (t) => {
	const page = await use.atDesk(t, browser, zvond.url, ROOM);
	const act = (part, what) => use.card(page, part).locator(`[data-do=${what}]`).click();

	await incoming(t, page);
	await act("incoming", "answer");
	await act("talking", "hold");
	await page.locator("#lines .line[data-state=held]").waitFor();
	await act("held", "resume");
	await use.card(page, "talking").waitFor();
	await page.locator("#said li", { hasText: "You are talking again." }).waitFor();
	await use.quiet(page);
	assert.deepEqual(await page.verdict(), use.CLEAN);
});

test("dial, talk, a failure in plain words, transfer", async (t) => {
	const page = await use.atDesk(t, browser, zvond.url);
	const said = (text) => page.locator("#said li", { hasText: text }).first().waitFor();

	await page.keyboard.press("/");
	await page.keyboard.type("205");
	await page.keyboard.press("Enter");
	await said("Calling 205…");
	await page.locator(".card .number", { hasText: "205" }).waitFor();
	await use.card(page, "talking").waitFor();
	assert.equal(await use.card(page, "talking").locator(".number").textContent(), "205");
	await said("Call to 205: answered.");
	await page.locator("#lines .line[data-state=talking]").waitFor();

	const time = use.card(page, "talking").locator("time");
	const before = await time.textContent();
	await page.waitForFunction((old) =>
		document.querySelector(".card time").textContent !== old, before);

	await use.card(page, "talking").locator("[data-do=transfer]").click();
	await page.keyboard.type("206");
	await page.keyboard.press("Escape");
	assert.equal(await page.locator(".transfer").isVisible(), false);
	await page.keyboard.press("Enter"); /* the focus is on the button again */
	await page.keyboard.type("0044123456");
	await page.keyboard.press("Enter");
	await said("Not transferred to 0044123456: you may not dial this number.");
	await page.locator("#said summary", { hasText: "For your administrator" }).first()
		.click();
	await page.locator("#said bdi", { hasText: "may not be dialled" }).waitFor();
	await use.card(page, "talking").locator("[data-do=transfer]").click();
	await page.keyboard.type("206");
	await page.keyboard.press("Enter");
	await said("Transferred to 206.");
	await page.locator(".card").waitFor({ state: "detached" });
	await page.locator("#calls tr", { hasText: "205" }).filter({ hasText: "206" }).waitFor();
	await use.hangUpAll(office);
	await page.locator("#quiet").waitFor();
	assert.deepEqual(await page.verdict(), use.CLEAN);
});

test("hang up ends the call", async (t) => {
	const page = await use.atDesk(t, browser, zvond.url);

	await page.fill("#number", "207");
	await page.click("#dial button");
	await use.card(page, "talking").locator("[data-do=hang_up]").click();
	await page.locator("#said li", { hasText: "The call is ended." }).waitFor();
	await page.locator(".card").waitFor({ state: "detached" });
	await page.locator("#recent li", { hasText: "207" }).waitFor();
	assert.deepEqual(await page.verdict(), use.CLEAN);
});

test("results of calls are told, and what may not be dialled is refused", async (t) => {
	const page = await use.atDesk(t, browser, zvond.url);
	const dial = async (number, text) => {
		await page.fill("#number", number);
		await page.click("#dial button");
		await page.locator("#said li", { hasText: text }).waitFor();
	};

	await dial("210", "Call to 210: busy.");
	await dial("0044123456", "Call to 0044123456 was not made: you may not dial this number.");
	assert.equal(await page.inputValue("#number"), "0044123456", "it can be corrected");
	await dial("12x!", "this is not a number that can be dialled.");
	assert.deepEqual(await page.verdict(), use.CLEAN);
});

test("Russian by the browser's language, switched and kept", async (t) => {
	const page = await use.atDesk(t, browser, zvond.url, { locale: "ru-RU" });

	assert.equal(await page.getAttribute("html", "lang"), "ru");
	assert.equal(await page.textContent("#mine-title"), "Моя линия");
	await page.locator("#lines .state", { hasText: "Свободна" }).waitFor();
	await page.fill("#number", "210");
	await page.click("#dial button");
	await page.locator("#said li", { hasText: "Звонок на 210: занято." }).waitFor();
	await page.click("#language");
	assert.equal(await page.textContent("#mine-title"), "My line");
	await page.reload();
	await page.locator("#mine-title", { hasText: "My line" }).waitFor();
	assert.equal(await page.locator("[data-text]:empty").count(), 0, "each text has words");
	assert.deepEqual(await page.verdict(), use.CLEAN);
});

test("phone width, 200 % letters and dark: nothing leaves the screen", async (t) => {
	const page = await use.atDesk(t, browser, zvond.url,
		{ ...ROOM, viewport: { width: 390, height: 844 }, colorScheme: "dark" });
	const wider = () => page.evaluate(() =>
		document.documentElement.scrollWidth - document.documentElement.clientWidth);

	await incoming(t, page);
	assert.ok(await wider() <= 0);
	const [r, g, b] = (await page.evaluate(() =>
		getComputedStyle(document.documentElement).backgroundColor)).match(/\d+/g).map(Number);
	assert.ok(r + g + b < 150, "dark");
	await page.evaluate(() => document.documentElement.style.setProperty("font-size", "30px"));
	assert.ok(await wider() <= 0, "with letters of 200 %");
	await page.evaluate(() => document.documentElement.style.removeProperty("font-size"));
	await use.quiet(page);
	assert.deepEqual(await page.verdict(), use.CLEAN);
});

for (const colorScheme of ["light", "dark"]) {
	test(`letters stand out from what is behind them, ${colorScheme}`, async (t) => {
		const page = await use.openPage(t, browser, zvond.url, { colorScheme });

		await use.signIn(page, "room", "wrong");
		await page.locator("#sign-in-said:not(:empty)").waitFor();
		assert.deepEqual(await use.faintTexts(page), []);
		await use.signIn(page, "room");
		await page.locator("#lines .line[data-state=idle]").waitFor();
		await incoming(t, page);
		assert.deepEqual(await use.faintTexts(page), []);
		await use.card(page, "incoming").locator("[data-do=answer]").click();
		await use.card(page, "talking").locator("[data-do=transfer]").click();
		await page.keyboard.type("0044");
		await page.keyboard.press("Enter");
		await page.locator("#said .bad").waitFor();
		await page.evaluate(() => document.body.classList.add("stale"));
		assert.deepEqual(await use.faintTexts(page), []);
		await use.quiet(page);
	});
}

test("the keyboard reaches everything, and each thing has a name", async (t) => {
	const page = await use.atDesk(t, browser, zvond.url, ROOM);

	await incoming(t, page);
	const names = new Set();
	for (let i = 0; i < 8; i++) {
		await page.keyboard.press("Tab");
		names.add(await page.evaluate(() => {
			const { activeElement: it } = document;
			const shows = getComputedStyle(it).outlineStyle !== "none";
			return `${it.labels?.[0]?.textContent || it.textContent}${shows ? "" : " unseen"}`;
		}));
	}
	for (const name of ["По-русски", "Sign out", "Number", "Dial", "Answer", "Decline"])
		assert.ok(names.has(name), `${name}: ${[...names]}`);
	await page.getByRole("button", { name: "Decline" }).click();
	await use.quiet(page);
	assert.deepEqual(await page.verdict(), use.CLEAN);
});
