/* For examples in a Node before 22: `ws` as the WebSocket that later ones have. */
globalThis.WebSocket ??= require("../npm/node_modules/ws");
