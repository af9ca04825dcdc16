// node_client.cjs PORT N [deflate]: N messages to an echo server, in fragments some of
// them; prints `N messages, deflate yes, protocol echo` when each came back as it was.
const { createRequire } = require("node:module");
const path = require("node:path");

const modules = createRequire(path.join(__dirname, "../npm/package.json"));
const WebSocket = modules("ws");

const [port, count] = process.argv.slice(2).map(Number);
const socket = new WebSocket(`ws://127.0.0.1:${port}/`, "echo", {
	perMessageDeflate: process.argv.includes("deflate") && { threshold: 100 },
});
const sizes = [0, 1, 125, 126, 127, 200, 999, 4096, 30000, 65535, 65536];
let sent = 0;
let waiting = null;

function payload(number) {
	const size = sizes[number % sizes.length];
	if (number % 3 === 0) return Buffer.alloc(size, (number * 7) % 256);
	if (number % 3 === 1) return Buffer.from(Array.from({ length: size }, (_, i) => (i * i + number) % 256));
	return "Дом ".repeat(size / 8) + number;
}

function inFragments(data) {
	const whole = Buffer.from(data);
	const binary = typeof data !== "string";
	const cut = Math.floor(whole.length / 3);
	socket.send(whole.subarray(0, cut), { binary, fin: false });
	socket.ping("between");
	socket.send(whole.subarray(cut, cut + 1), { binary, fin: false });
	socket.send(whole.subarray(cut + 1), { binary, fin: true });
}

function next() {
	if (sent === count) {
		socket.close(1000, "done");
		return;
	}
	waiting = payload(sent);
	if (sent % 2 && waiting.length > 10) inFragments(waiting);
	else socket.send(waiting);
	sent++;
}

socket.on("open", next);
socket.on("message", (data, isBinary) => {
	const wanted = Buffer.from(waiting);
	if (isBinary !== (typeof waiting !== "string") || !wanted.equals(data)) {
		console.error(`message ${sent}: ${data.length} bytes came back instead of ${wanted.length}`);
		process.exit(1);
	}
	next();
});
socket.on("error", (error) => {
	console.error(error.message);
	process.exit(1);
});
socket.on("close", (code, reason) => {
	const deflate = socket.extensions.includes("permessage-deflate") ? "yes" : "no";
	console.log(`${sent} messages, deflate ${deflate}, protocol ${socket.protocol}, ${code} ${reason}`);
});
