/* common.mjs - a simulated office, zvond before it, Chromium, and a page that is watched. */

import child_process from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const require = createRequire(new URL("../npm/package.json", import.meta.url));

export const { chromium } = require("playwright-core");
export const WebSocket = require("ws");
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

const execFile = promisify(child_process.execFile);
const BUILD = process.env.ZVON_BUILD || path.join(ROOT, "build");
export const ZVON = process.env.ZVON || path.join(BUILD, "zvon");
export const ZVOND = process.env.ZVOND || path.join(BUILD, "zvond");

export const PATIENCE_MS = 20000; /* for anything that should take a moment */

/* argon2id of "demo", as cheap as libsodium allows. */
const DEMO_HASH = "$argon2id$v=19$m=65536,t=2,p=1$h+U+NW+rjIgiz4rTLiRXBQ$" +
	"X1jC5ktMSL0yEkJdUQJYzsQPF8staUxrud3lELxyTIc";

/* ---- programs ---------------------------------------------------------------------------- */

/* Runs it until stop(); gives the first match of `pattern` in what it prints. */
export async function start(command, args, pattern, env = {}) {
	const child = child_process.spawn(command, args, { cwd: ROOT, env: { ...process.env, ...env },
		stdio: ["ignore", "pipe", "pipe"] });
	const program = { child, output: "" };
	const ended = new Promise((resolve) => child.once("close", resolve));

	program.stop = async (signal = "SIGTERM") => {
		child.kill(signal);
		await ended;
		return child.exitCode;
	};
	program.match = await new Promise((resolve, reject) => {
		const fail = (why) => reject(new Error(
			`${path.basename(command)} ${why}: ${program.output}`));
		const timer = setTimeout(() => fail("did not start"), PATIENCE_MS);
		const take = (data) => {
			program.output += data;
			const match = pattern.exec(program.output);
			if (match) {
				clearTimeout(timer);
				resolve(match);
			}
		};

		child.stdout.on("data", take);
		child.stderr.on("data", take);
		child.once("error", (error) => fail(error.message));
		child.once("close", () => fail("ended"));
	});
	return program;
}

/* `zvon serve --demo`: calls come only when somebody makes them, unless rate says more. */
export async function startOffice({ rate = 0, speed = 1, port = 0 } = {}) {
	const office = await start(ZVON, ["serve", "--demo", "--port", String(port), "--rate",
		String(rate), "--speed", String(speed)], /^listening on (\S+:\d+)$/m);

	office.address = office.match[1];
	office.port = Number(office.address.split(":")[1]);
	return office;
}

/* 204 lifts its phone and calls `to`. Ends when that call is answered or over. */
export function callFrom(office, from, to) {
	return start(ZVON, ["originate", `ami://demo@${office.address}`, "--from", from, "--to",
		to, "--context", "internal"], /"state":"initiated"/, { ZVON_SECRET: "demo" });
}

/* Ends all calls of the office, as nobody at a phone would. */
export async function hangUpAll(office) {
	const ask = async (...action) => {
		const { stdout } = await execFile(ZVON, ["action", `ami://demo@${office.address}`,
			...action], { env: { ...process.env, ZVON_SECRET: "demo" } })
			.catch((error) => error); /* one has ended by itself */
		return stdout.trim().split("\n").map((line) => JSON.parse(line));
	};
	const channels = (await ask("CoreShowChannels"))
		.filter(({ name }) => name === "CoreShowChannel")
		.map(({ fields }) => Object.fromEntries(fields).Channel);

	for (const channel of channels)
		await ask("Hangup", `Channel=${channel}`);
}

const LISTENING = /listening on (http:\/\/127\.0\.0\.1:(\d+))/;

async function zvond(args) {
	const program = await start(ZVOND, args, LISTENING);

	program.url = program.match[1];
	program.port = Number(program.match[2]);
	return program;
}

export function startDemo({ port = 0, rate = 12 } = {}) {
	return zvond(["--demo", "--port", String(port), "--rate", String(rate)]);
}

/* A folder of its own for configuration and state. */
export function makeFolder() {
	return fs.mkdtempSync(path.join(os.tmpdir(), "zvon-web-"));
}

export function removeFolder(folder) {
	fs.rmSync(folder, { recursive: true, force: true });
}

export function writeConfig(folder, { port = 0, server, line = "200", phones = "yes" }) {
	const file = path.join(folder, "zvond.conf");
	const secret = path.join(folder, "secret");

	fs.mkdirSync(path.join(folder, "state"), { recursive: true });
	fs.writeFileSync(secret, "demo\n", { mode: 0o600 });
	fs.writeFileSync(file, `
[general]
state = ${folder}/state
[listen web]
bind = 127.0.0.1:${port}
[server office]
${server.replace("SECRET", secret)}
trunks = provider
context = internal
notify_answer = ${phones}
notify_hold = ${phones}
[role operator]
may = view,dial,control,transfer
see = all
dial = allow 8XXXXXXXXXX
calls_a_minute = 60
[user demo]
password_hash = ${DEMO_HASH}
full_name = Анна Смирнова
lines = ${line}
queues = sales
role = operator
[user room]
password_hash = ${DEMO_HASH}
full_name = Переговорная
lines = 208
role = operator
`, { mode: 0o600 });
	return file;
}

/* zvond before that office; start it again with the same folder and port. line: of demo,
 * whose phone is answered after a moment; that of the user room rings until it is told.
 * phones "no": they obey no NOTIFY. */
export function startZvond(folder, office, { port = 0, ...more } = {}) {
	const server = `url = ami://demo@${office.address}\nsecret_file = SECRET`;

	return zvond(["--config", writeConfig(folder, { port, server, ...more })]);
}

/* A manager that lets everybody in, knows nothing, and says what the test gives it. */
export async function startManager() {
	const clients = new Set();
	const server = net.createServer((client) => {
		let text = "";

		clients.add(client);
		client.on("error", () => {});
		client.on("close", () => clients.delete(client));
		client.write("Asterisk Call Manager/11.0.0\r\n");
		client.on("data", (data) => {
			text += data;
			for (let end; (end = text.indexOf("\r\n\r\n")) >= 0; text = text.slice(end + 4))
				client.write(answerTo(text.slice(0, end)));
		});
	});

	await new Promise((resolve) => {
		server.listen(0, "127.0.0.1", resolve);
	});
	return {
		address: `127.0.0.1:${server.address().port}`,
		say: (packets) => clients.forEach((client) => client.write(packets)),
		stop() {
			clients.forEach((client) => client.destroy());
			server.close();
		},
	};
}

/* What it answers to the few actions that it knows. */
const ANSWERS = {
	challenge: "Response: Success\r\nIDChallenge: 1234567890\r\n\r\n",
	login: "Response: Success\r\nIDMessage: Authentication accepted\r\n\r\n" +
		"Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n",
	ping: "Response: Success\r\nIDPing: Pong\r\n\r\n",
	events: "Response: Success\r\nIDEvents: On\r\n\r\n",
};

function answerTo(action) {
	const field = (name) => new RegExp(`^${name}: (.*)$`, "im").exec(action)?.[1].trim();
	const id = field("ActionID") ? `ActionID: ${field("ActionID")}\r\n` : "";
	const answer = ANSWERS[field("Action").toLowerCase()] ||
		"Response: Error\r\nIDMessage: Permission denied\r\n\r\n";

	return answer.replace("ID", id);
}

/* ---- the browser --------------------------------------------------------------------------- */

export function startBrowser() {
	return chromium.launch({ executablePath: "/usr/bin/chromium", headless: true,
		args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
			"--disable-background-networking", "--disable-component-update",
			"--disable-sync"] });
}

/* A page and all that it complained of or asked for. A test ends with page.verdict(). */
export async function openPage(t, browser, url, options = {}) {
	const context = await browser.newContext({ locale: "en-US",
		viewport: { width: 1280, height: 800 }, ...options });
	const page = await context.newPage();
	const troubles = [];
	const requests = [];

	context.setDefaultTimeout(PATIENCE_MS);
	t.after(() => context.close());
	page.on("console", (message) => {
		if (["error", "warning"].includes(message.type()))
			troubles.push(message.text());
	});
	page.on("pageerror", (error) => troubles.push(String(error)));
	page.on("dialog", (dialog) => {
		troubles.push(`dialog: ${dialog.message()}`);
		dialog.dismiss();
	});
	page.on("request", (request) => requests.push(request.url()));
	page.on("websocket", (socket) => requests.push(socket.url()));
	await page.addInitScript(() => {
		window.violations = [];
		document.addEventListener("securitypolicyviolation", (event) =>
			window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
	});
	await page.goto(url);
	/* Nothing in the console but what is expected, nothing from elsewhere, no violation. */
	page.verdict = async (expected = /^$/) => {
		const host = new URL(url).host;

		return { troubles: troubles.filter((text) => !expected.test(text)),
			elsewhere: requests.filter((one) => new URL(one).host !== host),
			violations: await page.evaluate(() => window.violations) };
	};
	page.requests = requests;
	return page;
}

export const CLEAN = { troubles: [], elsewhere: [], violations: [] };

export async function signIn(page, user = "demo", password = "demo") {
	await page.fill("#user", user);
	await page.fill("#password", password);
	await page.click("#sign-in button");
}

/* Signed in, and what is going on is shown. */
export async function atDesk(t, browser, url, { user = "demo", ...options } = {}) {
	const page = await openPage(t, browser, url, options);

	await signIn(page, user);
	await page.waitForSelector("#lines .line[data-state]:not([data-state=unknown])");
	return page;
}

/* Waits for the card of a call of mine in that part. */
export function card(page, part) {
	return page.locator(`.card[data-part=${part}]`);
}

/* Line 204 calls `to`; the page shows the card. */
export async function called(t, office, page, to) {
	const caller = await callFrom(office, "204", to);

	t.after(() => caller.stop());
	await page.locator(".card").waitFor();
}

/* My line is in no call any more, so that the next test begins with nothing. */
export async function quiet(page) {
	const ending = page.locator(".card [data-do=hang_up], .card [data-do=decline]");

	while (await page.locator(".card").count()) {
		await ending.first().click({ timeout: 1000 }).catch(() => {});
		await page.locator(".card").first().waitFor({ state: "detached", timeout: 1000 })
			.catch(() => {});
	}
}

/* Texts that are seen with a contrast below 4.5 (WCAG 2.1, 1.4.3), with their contrast. */
export function faintTexts(page) {
	return page.evaluate(() => {
		const rgba = (text) => {
			const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
			return { rgb: [r, g, b], a };
		};
		const over = (top, below) => top.rgb.map((c, i) => c * top.a + below[i] * (1 - top.a));
		const ground = (node) => {
			const colour = rgba(getComputedStyle(node).backgroundColor);
			const below = colour.a === 1 ? colour.rgb
				: node.parentElement ? ground(node.parentElement) : [255, 255, 255];
			return over(colour, below);
		};
		const opacity = (node) => node ?
			Number(getComputedStyle(node).opacity) * opacity(node.parentElement) : 1;
		const light = (rgb) => rgb.map((c) => c / 255)
			.map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
			.reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
		const contrast = (node) => {
			const below = ground(node);
			const colour = rgba(getComputedStyle(node).color);
			const above = over({ ...colour, a: colour.a * opacity(node) }, below);
			const [low, high] = [light(below), light(above)].sort((a, b) => a - b);
			return (high + 0.05) / (low + 0.05);
		};
		const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		const faint = [];

		while (walker.nextNode()) {
			const { parentElement: node, textContent: text } = walker.currentNode;
			const isSeen = text.trim() && node.checkVisibility() && !node.closest(".unseen");
			if (isSeen && contrast(node) < 4.5)
				faint.push(`${text.trim()}: ${contrast(node).toFixed(2)}`);
		}
		return faint;
	});
}
