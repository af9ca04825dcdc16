// An echo server of node's ws: prints `port N`, ends with its standard input.
// Words: deflate.
const { createRequire } = require("node:module");
const path = require("node:path");

const modules = createRequire(path.join(__dirname, "../npm/package.json"));
const { WebSocketServer } = modules("ws");

const server = new WebSocketServer({
	host: "127.0.0.1",
	port: 0,
	maxPayload: 4 * 1024 * 1024,
	handleProtocols: (names) => (names.has("echo") ? "echo" : false),
	perMessageDeflate: process.argv.includes("deflate") && { threshold: 200 },
});
server.on("listening", () => console.log(`port ${server.address().port}`));
server.on("connection", (socket) => {
	socket.on("error", (error) => console.error(error.message));
	socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
});
process.stdin.on("end", () => {
	for (const socket of server.clients) socket.terminate();
	server.close();
});
process.stdin.resume();
