/* mine.js - which calls are mine, what my part in them is, and who is at the other end. */

/* "office/200": on that server; "200": on each. */
export function parseLine(text) {
	const at = text.indexOf("/");

	return at < 0 ? { server: null, line: text }
		: { server: text.slice(0, at), line: text.slice(at + 1) };
}

const isIt = (leg, server) => (mine) =>
	!leg.trunk && mine.line === leg.line && (!mine.server || mine.server === server);

/* My leg that is not over; else, with `ended`, my last one. */
export function myLeg(call, lines, ended = false) {
	const legs = (call.legs || []).filter((leg) => lines.some(isIt(leg, call.server)));
	const live = legs.filter((leg) => leg.state !== "ended");

	return live.find((leg) => leg.state === "up" || leg.state === "held") || live.at(-1) ||
		(ended ? legs.at(-1) : undefined);
}

/* What I am doing in it: the words part_… and the look of the card. */
export function myPart(leg, call) {
	if (leg.state === "held")
		return "held";
	if (leg.state === "up")
		return leg.role === "caller" && call.state === "ringing" ? "calling" : "talking";
	if (leg.role === "callee")
		return "incoming";
	return leg.state === "ringing" ? "pick_up" : "calling";
}

/* { number, name } of the other end: who talks to me; else who calls, or is called. */
export function otherEnd(call, leg) {
	const others = (call.legs || []).filter((one) => one !== leg && one.state !== "ended");
	const talking = others.filter((one) => one.state === "up" || one.state === "held");

	if ((leg.state === "up" || leg.state === "held") && talking.length === 1)
		return { number: talking[0].number || talking[0].line, name: talking[0].name };
	if (leg.role === "callee")
		return call.from || {};
	return { number: call.to?.number ?? call.dialled ?? "…",
		name: others.length === 1 ? others[0].name : null };
}

const end = (leg) => ({ number: leg.number || leg.line, name: leg.name });

/* { from, to } as the list shows them: the two who talk, also after a transfer; before that
 * who called whom. */
export function ends(call) {
	const talking = (call.legs || []).filter(
		(leg) => leg.state === "up" || leg.state === "held");

	if (talking.length === 2 && call.wasTransferred)
		return { from: end(talking[0]), to: end(talking[1]) };
	return { from: call.from || {},
		to: { number: call.to?.number || call.did || "…", name: calledName(call) } };
}

/* The name of who was called, if it is one phone. */
function calledName(call) {
	const called = (call.legs || []).filter(
		(leg) => leg.role === "callee" && !leg.trunk && leg.line === call.to?.number);

	return called.length ? called[0].name : null;
}

/* Since when what is shown of it lasts. */
export function since(call) {
	return call.answeredAt ?? call.startedAt;
}
