/* view.js - small tools of the page: elements, lists that keep their elements, texts from
 * outside, durations. Nothing here or elsewhere in the page makes HTML from text. */

const LONGEST = 256; /* code points of a text from outside */

export const find = (id) => document.getElementById(id);

/* element("button", { class: "main", type: "button" }, child, "text"…) */
export function element(tag, attributes = {}, ...children) {
	const made = document.createElement(tag);

	for (const [name, value] of Object.entries(attributes))
		made.setAttribute(name, value);
	made.append(...children);
	return made;
}

/* Sets it only when it differs: what is read out loud is not read again. */
export function setText(node, text) {
	if (node.textContent !== text)
		node.textContent = text;
}

/* A text that anybody may have sent us: whole code points, no control characters. */
export function clean(text) {
	return [...String(text ?? "").replace(/[\p{Cc}\u2028\u2029]/gu, " ")]
		.slice(0, LONGEST).join("");
}

/* In a <bdi>: marks of writing direction in it do not turn what is around it. */
export function setOutside(bdi, text) {
	const shown = clean(text);

	setText(bdi, shown);
	bdi.title = shown;
}

/* "0:07", "12:31", "1:02:03" */
export function duration(ms) {
	const s = Math.max(0, Math.floor(ms / 1000));
	const two = (n) => String(n).padStart(2, "0");
	const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];

	return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/* The children of `parent` for `items`: made once for each key, then only updated, so that
 * focus, and what was typed, stay. make(item) gives { node, update(item) }. */
export function keyedList(parent, make) {
	const kept = new Map();

	return (items) => {
		const gone = new Set(kept.keys());
		let before = null;

		for (const item of items) {
			if (!kept.has(item.key))
				kept.set(item.key, make(item));
			const one = kept.get(item.key);

			gone.delete(item.key);
			one.update(item);
			const place = before ? before.nextSibling : parent.firstChild;
			if (place !== one.node)
				parent.insertBefore(one.node, place);
			before = one.node;
		}
		for (const key of gone) {
			kept.get(key).node.remove();
			kept.delete(key);
		}
	};
}
