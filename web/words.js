/* words.js - what the page says, in English and Russian. */

/* key: [English, Russian]; {name} is filled in. */
const WORDS = {
	sign_in: ["Sign in", "Войти"],
	sign_out: ["Sign out", "Выйти"],
	user: ["User", "Пользователь"],
	password: ["Password", "Пароль"],
	my_line: ["My line", "Моя линия"],
	my_calls: ["My calls", "Мои звонки"],
	calls_now: ["Calls now", "Звонки сейчас"],
	recent: ["Just ended", "Только что закончились"],
	results: ["What came of it", "Что получилось"],
	number: ["Number", "Номер"],
	number_hint: ["Number", "Номер"],
	number_key: ["Key / leads here", "Сюда ведёт клавиша /"],
	dial: ["Dial", "Позвонить"],
	direction: ["Direction", "Направление"],
	from: ["From", "Кто"],
	to: ["To", "Кому"],
	queue: ["Queue", "Очередь"],
	queues: ["Queues", "Очереди"],
	servers: ["Telephone servers", "Телефонные серверы"],
	state: ["State", "Состояние"],
	duration: ["Time", "Время"],
	no_calls: ["Nobody is on the phone.", "Сейчас никто не говорит."],
	no_lines: ["No line is set up for you: ask your administrator.",
		"Вам не назначена линия: обратитесь к администратору."],
	waiting: ["{queue}: {n} waiting", "{queue}: ждут {n}"],
	call_back: ["Call {number}", "Позвонить {number}"],
	withheld: ["Number withheld", "Номер скрыт"],
	other_language: ["По-русски", "In English"],

	/* buttons of a call */
	answer: ["Answer", "Ответить"],
	decline: ["Decline", "Отклонить"],
	hang_up: ["Hang up", "Завершить"],
	hold: ["Hold", "Удержать"],
	resume: ["Resume", "Продолжить"],
	transfer: ["Transfer…", "Перевести…"],
	transfer_to: ["Transfer to", "Перевести на"],
	transfer_go: ["Transfer", "Перевести"],
	cancel: ["Cancel", "Отмена"],

	/* what my part of a call is doing */
	part_incoming: ["Incoming call", "Входящий звонок"],
	part_pick_up: ["Lift your phone", "Снимите трубку"],
	part_calling: ["Calling", "Вызов"],
	part_talking: ["Talking", "Разговор"],
	part_held: ["On hold", "На удержании"],
	lift: ["Lift the handset to answer.", "Снимите трубку, чтобы ответить."],
	via_queue: ["queue {queue}", "очередь {queue}"],
	via_did: ["to {did}", "на {did}"],
	rings: ["{who} is calling", "Звонит {who}"],

	/* states of a line and of a call */
	line_idle: ["Free", "Свободна"],
	line_dialing: ["Dialling", "Набор"],
	line_ringing: ["Ringing", "Звонит"],
	line_talking: ["Talking", "Разговор"],
	line_held: ["Holding", "Удержание"],
	line_unavailable: ["Phone not registered", "Телефон не в сети"],
	line_unknown: ["Not known yet", "Пока неизвестно"],
	call_ringing: ["Ringing", "Вызов"],
	call_queued: ["Waiting", "В очереди"],
	call_talking: ["Talking", "Разговор"],
	call_held: ["On hold", "Удержание"],
	call_parked: ["Parked", "Припаркован"],
	direction_in: ["incoming", "входящий"],
	direction_out: ["outgoing", "исходящий"],
	direction_internal: ["internal", "внутренний"],

	for_admin: ["For your administrator", "Для администратора"],

	/* how a call ended */
	result_answered: ["answered", "ответили"],
	result_busy: ["busy", "занято"],
	result_no_answer: ["no answer", "не ответили"],
	result_cancelled: ["cancelled", "отменён"],
	result_rejected: ["declined", "отклонён"],
	result_congestion: ["no way through", "линии перегружены"],
	result_failed: ["failed", "не получилось"],
	result_abandoned: ["hung up in the queue", "не дождались в очереди"],
	result_answered_elsewhere: ["answered by somebody else", "ответили другие"],
	missed: ["missed", "пропущен"],

	/* connection */
	server_up: ["{server}: connected", "{server}: на связи"],
	server_down: ["{server}: no connection", "{server}: нет связи"],
	servers_down: ["No connection to the telephone server {servers}. Calls are shown as they last were.",
		"Нет связи с телефонным сервером {servers}. Звонки показаны, какими были в последний раз."],
	connecting: ["Connecting…", "Соединяемся…"],
	lost: ["No connection to zvon. Next try in {n} s.", "Нет связи с zvon. Следующая попытка через {n} с."],
	retry_now: ["Try now", "Попробовать сейчас"],
	signed_out: ["You were signed out: {reason}", "Сеанс завершён: {reason}"],

	/* what came of commands */
	done_make: ["Call to {to}: {result}.", "Звонок на {to}: {result}."],
	done_answer: ["Answered.", "Отвечено."],
	done_drop: ["The call is ended.", "Звонок завершён."],
	done_hold: ["On hold.", "Поставлен на удержание."],
	done_resume: ["You are talking again.", "Разговор продолжен."],
	done_transfer: ["Transferred to {to}.", "Переведён на {to}."],
	under_way_make: ["Calling {to}…", "Звоним на {to}…"],
	under_way_transfer: ["Transferring to {to}…", "Переводим на {to}…"],
	not_done_make: ["Call to {to} was not made: {why}", "Звонок на {to} не состоялся: {why}"],
	not_done_answer: ["Not answered from here: {why}", "Ответить отсюда не вышло: {why}"],
	not_done_drop: ["Not ended: {why}", "Не завершён: {why}"],
	not_done_hold: ["Not on hold: {why}", "Не удержан: {why}"],
	not_done_resume: ["Still on hold: {why}", "Остаётся на удержании: {why}"],
	not_done_transfer: ["Not transferred to {to}: {why}", "Не переведён на {to}: {why}"],

	/* why not, by the daemon's code */
	why_denied: ["you may not do this.", "вам это не разрешено."],
	why_denied_make: ["you may not dial this number.", "вам нельзя звонить на этот номер."],
	why_denied_transfer: ["you may not dial this number.", "вам нельзя звонить на этот номер."],
	why_bad_argument_to: ["this is not a number that can be dialled.", "на такой номер позвонить нельзя."],
	why_bad_argument: ["the daemon did not accept the request.", "служба не приняла запрос."],
	why_limit: ["too many calls, wait {n} s.", "слишком много звонков, подождите {n} с."],
	why_not_found: ["the call is over already.", "этот звонок уже закончился."],
	why_not_possible: ["the telephone does not do this by command.", "телефон не делает этого по команде."],
	why_not_possible_hold: ["your phone does not take this command. Use its own Hold key.",
		"ваш телефон не слушается этой команды. Нажмите «Удержание» на нём самом."],
	why_not_possible_answer: ["your phone does not take this command. Lift the handset.",
		"ваш телефон не слушается этой команды. Снимите трубку."],
	why_pbx_refused: ["the telephone server refused.", "телефонный сервер отказал."],
	why_pbx_down: ["there is no connection to the telephone server.", "нет связи с телефонным сервером."],
	why_failed: ["it did not work out.", "не получилось."],
	why_timeout: ["no answer came in time.", "ответ не пришёл вовремя."],
	why_busy: ["too much at once, try again.", "слишком много сразу, попробуйте ещё раз."],
	why_lost: ["the connection broke, look whether it happened.", "связь прервалась, проверьте, не случилось ли это."],
	why_offline: ["there is no connection to zvon.", "нет связи с zvon."],
	why_unknown_command: ["this zvon cannot do it.", "этот zvon такого не умеет."],

	/* why not signed in */
	door_bad: ["User or password is wrong.", "Неверный пользователь или пароль."],
	door_slow: ["Too many attempts. Wait {n} s.", "Слишком много попыток. Подождите {n} с."],
	door_offline: ["zvon does not answer. Is it running?", "zvon не отвечает. Он запущен?"],
	door_other: ["Not signed in: {why}", "Войти не удалось: {why}"],
	door_again: ["Please sign in again.", "Войдите, пожалуйста, ещё раз."],
};

const LANGUAGES = ["en", "ru"];
const KEPT = "zvon.language";

function initialLanguage() {
	const wished = [localStorage.getItem(KEPT), ...navigator.languages];

	for (const one of wished)
		for (const language of LANGUAGES)
			if (one?.toLowerCase().startsWith(language))
				return language;
	return "en";
}

let language = initialLanguage();

export function currentLanguage() {
	return language;
}

export function switchLanguage() {
	language = language === "ru" ? "en" : "ru";
	localStorage.setItem(KEPT, language);
}

export function hasWord(key) {
	return key in WORDS;
}

/* The text of that key; of an unknown one (a newer daemon) the key's own last word. */
export function say(key, values = {}) {
	const text = WORDS[key]?.[LANGUAGES.indexOf(language)] ?? key.replace(/^[a-z]+_/, "");

	return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/* All that stands in the document itself. */
export function translate(root = document) {
	document.documentElement.lang = language;
	for (const element of root.querySelectorAll("[data-text]"))
		element.textContent = say(element.dataset.text);
	for (const element of root.querySelectorAll("[data-label]"))
		element.setAttribute("aria-label", say(element.dataset.label));
	for (const element of root.querySelectorAll("[data-hint]"))
		element.placeholder = say(element.dataset.hint);
}
