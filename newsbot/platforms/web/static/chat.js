// The web chat: messages that the server keeps, a composer with completion, buttons, forms, and a live stream.

import { cardElement, element, fieldElement } from "/static/cards.js";
import { lookalike, platformName } from "/static/lookalikes.js";

const byId = (id) => document.getElementById(id);
const list = byId("messages");
const scroller = byId("scroller");
const input = byId("composer-text");
const palette = byId("palette");
const jump = byId("jump");
const state = {
  person: "", channel: "", previews: [], stream: null, change: 0, wanted: 0, picked: -1, completed: "", sending: Promise.resolve(),
  follows: true, // whether the reader is at the end, and wants to see what comes
  byHand: false, // whether the reader scrolls, not this page
  pressed: null, // the message and the control that was pressed last
  leads: null, // where the button to jump leads: `item`, once `watched` is in sight it is not needed
};

async function call(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ person: state.person, channel: state.channel, ...body }),
  };
  const response = await fetch(path, options).catch(() => {
    throw new Error("newsbot can't be reached. Try again in a moment.");
  });
  const answer = await response.json().catch(() => ({ error: "The server's answer couldn't be read." }));
  if (!response.ok) throw new Error(answer.error ?? "That didn't work.");
  return answer;
}

const query = (extra = {}) => new URLSearchParams({ person: state.person, channel: state.channel, ...extra });

// -- messages ---------------------------------------------------------------------------------------------------

function messageElement(message) {
  const at = new Date(message.at);
  const head = element("div", { class: "who" },
    element("b", {}, message.author.name),
    element("time", { datetime: message.at }, at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })),
    message.private ? element("span", { class: "only" }, "only you can see this") : null);
  const item = element("li", { class: message.private ? "message private" : "message", id: `message-${message.id}` }, head);
  if (message.card) {
    const pressed = (token, control, value) => press(message, token, control, value);
    item.append(cardElement(message.card, pressed, `/pictures/${message.id}/${message.change}`));
    item.append(messageTools(message, item));
  } else {
    item.append(element("div", { class: "said" }, message.text));
  }
  return item;
}

// What whoever asked may do with an answer, and behind "⋯" what only the curious need.
function messageTools(message, item) {
  const tools = element("span", { class: "message-tools" });
  if (message.mine) {
    tools.append(element("button", { type: "button", class: "quiet", "aria-label": `Delete ${message.card.title}`,
      onclick: () => attempt(() => call("/api/delete", { message: message.id })) }, "Delete"));
  }
  if (state.previews.length) {
    const menu = element("div", { class: "menu", hidden: true }, ...state.previews.map((name) =>
      element("button", { type: "button", class: "quiet", "aria-pressed": "false",
        onclick: (event) => { openMenu(); preview(name, message, item, event.currentTarget); } }, `As ${platformName(name)} shows it`)));
    const more = element("button", { type: "button", class: "quiet more", "aria-label": `More about ${message.card.title}`, "aria-expanded": "false",
      onclick: () => openMenu(menu.hidden ? more : undefined) }, "⋯");
    tools.append(more, menu);
  }
  return tools;
}

// Open the menu of this button, and close any other; without one, close all.
function openMenu(button) {
  for (const more of document.querySelectorAll(".message-tools .more")) {
    const isOpen = more === button;
    more.nextElementSibling.hidden = !isOpen;
    more.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) more.nextElementSibling.scrollIntoView({ block: "nearest" });
  }
}

document.addEventListener("pointerdown", (event) => { if (!event.target.closest(".message-tools")) openMenu(); });
document.addEventListener("keydown", (event) => {
  const open = document.querySelector('.message-tools .more[aria-expanded="true"]');
  if (event.key !== "Escape" || !open) return;
  openMenu();
  open.focus();
});

async function preview(name, message, item, button) {
  const wasShown = button.getAttribute("aria-pressed") === "true";
  item.querySelector(".preview")?.remove();
  for (const each of button.parentElement.children) each.setAttribute("aria-pressed", "false");
  if (wasShown) return;
  const payloads = await attempt(() => call(`/api/preview/${name}/${message.id}`));
  if (!payloads) return;
  button.setAttribute("aria-pressed", "true");
  const shown = lookalike(name, [payloads].flat(), `/pictures/${message.id}/${message.change}`);
  item.append(shown);
  shown.scrollIntoView({ block: "nearest" });
}

function show(message) {
  state.change = Math.max(state.change, message.change);
  const old = byId(`message-${message.id}`);
  if (message.deleted) old?.remove();
  else if (old) change(old, messageElement(message), message);
  else add(messageElement(message), message);
  welcome();
  settleJump();
}

function add(fresh, message) {
  list.append(fresh);
  if (state.follows || message.mine) {
    bring(fresh, message.card ? "start" : "nearest");
    if (message.mine && state.pressed) offerJump(state.pressed.item, state.pressed.control, `Back to ${titleOf(state.pressed.item)}`);
  } else {
    offerJump(fresh, fresh, `New below: ${message.card?.title ?? message.text}`);
  }
}

// A message that was edited, such as a question into its answer. It is told once, in short, instead of read anew in full.
function change(item, fresh, message) {
  const hadFocus = item.contains(document.activeElement);
  const isWatched = hadFocus || state.pressed?.item === item || (state.follows && isInSight(item));
  item.setAttribute("aria-live", "off");
  item.replaceChildren(...fresh.childNodes);
  if (state.pressed?.item === item) state.pressed = null;
  if (state.leads?.item === item) state.leads = null;
  const card = item.querySelector(".card");
  byId("told").textContent = [message.card?.title, card?.querySelector(".lede")?.textContent].filter(Boolean).join(". ");
  if (hadFocus) focusCard(item);
  if (isWatched) bring(item, "start");
}

const titleOf = (item) => item.querySelector(".card")?.getAttribute("aria-label") ?? "";

function focusCard(item) {
  const card = item.querySelector(".card");
  card?.setAttribute("tabindex", "-1");
  card?.focus({ preventScroll: true });
}

// -- what is in sight -------------------------------------------------------------------------------------------

const isAtEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 160;

function isInSight(part) {
  const box = part.getBoundingClientRect();
  const frame = scroller.getBoundingClientRect();
  return box.bottom > frame.top && box.top < frame.bottom;
}

// Scroll to a message. Whoever was led there goes on following what comes, even from the top of a long card.
function bring(item, block) {
  state.byHand = false;
  state.follows = true;
  item.scrollIntoView({ block });
}

function offerJump(item, watched, words) {
  state.leads = { item, watched };
  jump.textContent = words;
}

function settleJump() {
  if (state.leads && !state.leads.item.isConnected) state.leads = null;
  jump.hidden = !state.leads || isInSight(state.leads.watched);
  if (jump.hidden && state.leads?.item === state.leads?.watched) state.leads = null; // what is new was seen
}

jump.addEventListener("click", () => {
  const { item } = state.leads;
  state.leads = null;
  bring(item, "start");
  focusCard(item);
  settleJump();
});
for (const name of ["wheel", "touchmove", "keydown", "pointerdown"]) {
  scroller.addEventListener(name, () => { state.byHand = true; }, { passive: true });
}
scroller.addEventListener("scroll", () => {
  if (state.byHand) state.follows = isAtEnd();
  settleJump();
}, { passive: true });

function welcome() {
  byId("welcome").hidden = list.children.length > 0;
}

async function open() {
  state.stream?.close();
  const loaded = await call(`/api/messages?${query()}`);
  list.replaceChildren(...loaded.messages.map(messageElement));
  state.change = loaded.change;
  Object.assign(state, { follows: true, byHand: false, pressed: null, leads: null });
  welcome();
  settleJump();
  scroller.scrollTop = scroller.scrollHeight;
  const stream = new EventSource(`/api/stream?${query({ after: state.change })}`);
  stream.onmessage = (event) => { if (stream === state.stream) show(JSON.parse(event.data)); };
  stream.onopen = () => { byId("lost").hidden = true; };
  stream.onerror = () => {
    if (stream !== state.stream) return;
    byId("lost").hidden = false;
    // A browser gives up on some errors; then the stream is opened anew, from what is shown.
    if (stream.readyState === EventSource.CLOSED) setTimeout(reopen, 1500);
  };
  state.stream = stream;
}

async function reopen() {
  await open().catch(() => setTimeout(reopen, 1500));
}

async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    const card = { title: "That didn't work", tone: "problem", blocks: [{ kind: "text", pieces: [{ kind: "plain", text: error.message }] }] };
    const item = element("li", { class: "message" }, cardElement(card, () => {}));
    list.append(item);
    item.scrollIntoView({ block: "nearest" });
    return undefined;
  }
}

// -- buttons and forms ------------------------------------------------------------------------------------------

async function press(message, token, control, value) {
  if (control.getAttribute("aria-disabled") === "true") return;
  control.setAttribute("aria-disabled", "true"); // it keeps the focus, which a disabled control loses
  state.pressed = { item: byId(`message-${message.id}`), control };
  const answer = await attempt(() => call("/api/press", { message: message.id, token, value }));
  control.removeAttribute("aria-disabled");
  if (answer?.form) showForm(answer.form);
}

function showForm(form) {
  const dialog = byId("form");
  const body = element("form", { method: "dialog", novalidate: true },
    element("h2", { id: "form-title" }, form.title), ...form.fields.map(fieldElement),
    element("div", { class: "row" },
      element("button", { type: "submit", class: "primary" }, form.submit),
      element("button", { type: "button", class: "act", onclick: () => dialog.close() }, "Cancel")));
  body.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(body));
    const answer = await attempt(() => call("/api/submit", { token: form.token, values }));
    for (const note of body.querySelectorAll(".wrong")) note.textContent = "";
    if (!answer || answer.ok) { dialog.close(); return; }
    for (const [name, sentence] of Object.entries(answer.problems)) byId(`wrong-${name}`).textContent = sentence;
    body.querySelector(`[name="${Object.keys(answer.problems)[0]}"]`)?.focus();
  });
  dialog.replaceChildren(body);
  dialog.showModal();
}

// -- the composer -----------------------------------------------------------------------------------------------

function closePalette() {
  state.wanted += 1; // completions that are still on their way come too late
  palette.hidden = true;
  state.picked = -1;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function pick(index) {
  const options = [...palette.children];
  if (!options.length) return;
  state.picked = (index + options.length) % options.length;
  options.forEach((option, at) => option.setAttribute("aria-selected", String(at === state.picked)));
  options[state.picked].scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", options[state.picked].id);
}

function accept(value) {
  input.value = `${value} `;
  input.focus();
  complete();
}

async function complete() {
  const wanted = ++state.wanted;
  const text = input.value;
  if (!text.startsWith("/")) { closePalette(); return; }
  const found = await call(`/api/complete?${new URLSearchParams({ text })}`).catch(() => []);
  if (wanted !== state.wanted) return;
  palette.replaceChildren(...found.map((each, at) => element("li", { id: `completion-${at}`, role: "option", "aria-selected": "false",
    onmousedown: (event) => { event.preventDefault(); accept(each.value); } },
    element("b", {}, each.value), element("span", {}, each.label))));
  palette.hidden = found.every((each) => each.value === text.trimEnd());
  input.setAttribute("aria-expanded", String(!palette.hidden));
  state.completed = text;
  if (palette.hidden) closePalette();
  else pick(0); // the first row is what Enter takes
}

const picked = () => palette.children[state.picked].firstChild.textContent;
const isPickedAlready = () => picked() === input.value.trimEnd();

input.addEventListener("input", complete);
input.addEventListener("blur", closePalette);
input.addEventListener("keydown", (event) => {
  if (palette.hidden) {
    if (event.key === "Escape") closePalette();
    return;
  }
  if (event.key === "ArrowDown") pick(state.picked + 1);
  else if (event.key === "ArrowUp") pick(state.picked - 1);
  else if (event.key === "Escape") closePalette();
  else if (event.key === "Tab" && !event.shiftKey) {
    if (isPickedAlready() && input.value.endsWith(" ")) pick(state.picked + 1);
    accept(picked());
  }
  // What stands there already is sent, and so is what was typed faster than its completions came.
  else if (event.key === "Enter" && !isPickedAlready() && state.completed === input.value) accept(picked());
  else return;
  event.preventDefault();
});

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value;
  input.value = "";
  state.pressed = null;
  closePalette();
  // One after the other: what was said first is answered first.
  state.sending = state.sending.then(() => attempt(() => call("/api/say", { text })));
});

// -- who and where ----------------------------------------------------------------------------------------------

function remember(key, value) { try { localStorage.setItem(`newsbot-${key}`, value); } catch { /* a private window keeps nothing */ } }
function remembered(key) { try { return localStorage.getItem(`newsbot-${key}`); } catch { return null; } }

// The button says what it does.
function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = theme === "dark" ? "Light" : "Dark";
}

function channelButtons(channels) {
  byId("channels").replaceChildren(...channels.map((channel) => element("li", {}, element("button", {
    type: "button", "aria-current": String(channel === state.channel),
    onclick: () => { state.channel = channel; remember("channel", channel); channelButtons(channels); attempt(open); },
  }, `#${channel}`))));
}

// What to try first; for administrators also a daily digest, by the clock of this browser.
function starterButtons(known) {
  const starter = (label, text) => element("button", { type: "button", class: "act",
    onclick: () => attempt(() => call("/api/say", { text })) }, label);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const isAdmin = known.people.some((person) => person.id === state.person && person.admin);
  byId("starters").replaceChildren(...known.starters.map((each) => starter(each.label, each.text)),
    ...(isAdmin && known.digest ? [starter("Set up a daily digest", `${known.digest} zone:${timeZone || "UTC"}`)] : []));
  byId("topics").replaceChildren(...known.topics.map((topic) => starter(topic.title, `/${topic.id}`)));
}

async function start() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  setTheme(remembered("theme") ?? (dark ? "dark" : "light"));
  byId("theme").addEventListener("click", () => {
    const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    setTheme(theme);
    remember("theme", theme);
  });
  const known = await call("/api/start");
  const people = known.people.map((person) => person.id);
  state.previews = known.previews;
  state.person = people.includes(remembered("person")) ? remembered("person") : people[0];
  state.channel = known.channels.includes(remembered("channel")) ? remembered("channel") : known.channels[0];
  byId("person").replaceChildren(...known.people.map((person) =>
    element("option", { value: person.id, selected: person.id === state.person }, person.admin ? `${person.name} (admin)` : person.name)));
  byId("person").addEventListener("change", (event) => {
    state.person = event.target.value;
    remember("person", state.person);
    starterButtons(known);
    attempt(open);
  });
  starterButtons(known);
  channelButtons(known.channels);
  await open();
  input.focus();
}

attempt(start);
