// The web chat: messages that the server keeps, a composer with completion, buttons, forms, and a live stream.

import { cardElement, element } from "/static/cards.js";

const byId = (id) => document.getElementById(id);
const list = byId("messages");
const scroller = byId("scroller");
const input = byId("composer-text");
const palette = byId("palette");
const state = { person: "", channel: "", previews: [], stream: null, change: 0, wanted: 0, picked: -1, sending: Promise.resolve() };

async function call(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ person: state.person, channel: state.channel, ...body }),
  };
  const response = await fetch(path, options);
  const answer = await response.json().catch(() => ({ error: "The server gave no answer that can be read." }));
  if (!response.ok) throw new Error(answer.error ?? "That did not work.");
  return answer;
}

const query = (extra = {}) => new URLSearchParams({ person: state.person, channel: state.channel, ...extra });

// -- messages ---------------------------------------------------------------------------------------------------

function messageElement(message) {
  const at = new Date(message.at);
  const head = element("div", { class: "who" },
    element("b", {}, message.author.name),
    element("time", { datetime: message.at }, at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })),
    message.private ? element("span", { class: "only" }, "only you see this") : null);
  const item = element("li", { class: "message", id: `message-${message.id}` }, head);
  if (message.card) {
    const tools = element("span", { class: "message-tools" });
    for (const name of state.previews) {
      tools.append(element("button", { type: "button", class: "quiet", "aria-pressed": "false",
        onclick: (event) => preview(name, message.id, item, event.currentTarget) }, `Show for ${name[0].toUpperCase()}${name.slice(1)}`));
    }
    if (message.mine) {
      tools.append(element("button", { type: "button", class: "quiet", "aria-label": `Delete ${message.card.title}`,
        onclick: () => attempt(() => call("/api/delete", { message: message.id })) }, "Delete"));
    }
    head.append(tools);
    const pressed = (token, control, value) => press(message.id, token, control, value);
    item.append(cardElement(message.card, pressed, `/pictures/${message.id}/${message.change}`));
  } else {
    item.append(element("div", { class: "said" }, message.text));
  }
  return item;
}

async function preview(name, id, item, button) {
  const shown = item.querySelector("pre");
  button.setAttribute("aria-pressed", String(!shown));
  if (shown) { shown.remove(); return; }
  const payload = await call(`/api/preview/${name}/${id}`);
  item.append(element("pre", { tabindex: "0", "aria-label": `Payload for ${name}` }, JSON.stringify(payload, null, 2)));
}

function show(message) {
  state.change = Math.max(state.change, message.change);
  const old = byId(`message-${message.id}`);
  if (message.deleted) { old?.remove(); welcome(); return; }
  const isNearEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 160;
  const fresh = messageElement(message);
  if (old) {
    const hadFocus = old.contains(document.activeElement);
    old.replaceWith(fresh);
    if (hadFocus) fresh.querySelector(".card")?.setAttribute("tabindex", "-1"), fresh.querySelector(".card")?.focus();
    fresh.scrollIntoView({ block: "start" });
  } else {
    list.append(fresh);
    if (isNearEnd || message.mine) fresh.scrollIntoView({ block: message.card ? "start" : "nearest" });
  }
  welcome();
}

function welcome() {
  byId("welcome").hidden = list.children.length > 0;
}

async function open() {
  state.stream?.close();
  const loaded = await call(`/api/messages?${query()}`);
  list.replaceChildren(...loaded.messages.map(messageElement));
  state.change = loaded.change;
  welcome();
  scroller.scrollTop = scroller.scrollHeight;
  const stream = new EventSource(`/api/stream?${query({ after: state.change })}`);
  stream.onmessage = (event) => { if (stream === state.stream) show(JSON.parse(event.data)); };
  stream.onopen = () => { byId("lost").hidden = true; };
  stream.onerror = () => {
    if (stream !== state.stream) return;
    byId("lost").hidden = false;
    // A browser gives up on some errors; then the stream is opened anew, from what is shown.
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => attempt(open), 1500);
  };
  state.stream = stream;
}

async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    const card = { title: "That did not work", tone: "problem", blocks: [{ kind: "text", pieces: [{ kind: "plain", text: error.message }] }] };
    const item = element("li", { class: "message" }, cardElement(card, () => {}));
    list.append(item);
    item.scrollIntoView({ block: "nearest" });
    return undefined;
  }
}

// -- buttons and forms ------------------------------------------------------------------------------------------

async function press(message, token, control, value) {
  control.disabled = true;
  const answer = await attempt(() => call("/api/press", { message, token, value }));
  control.disabled = false;
  if (answer?.form) showForm(answer.form);
}

function fieldElement(field) {
  const wrong = `wrong-${field.name}`;
  const common = { name: field.name, required: field.required, "aria-describedby": wrong };
  let control;
  if (field.kind === "choice") {
    control = element("select", common, element("option", { value: "" }, "Pick one"),
      ...field.choices.map((choice) => element("option", { value: choice.value }, choice.label)));
  } else if (field.kind === "paragraph") {
    control = element("textarea", { ...common, maxlength: field.limit, rows: 4 });
  } else {
    control = element("input", { ...common, type: "text", maxlength: field.limit, placeholder: field.hint });
  }
  if (field.value) control.value = field.value;
  return element("label", {}, field.label, control, element("span", { class: "wrong", id: wrong, role: "alert" }));
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
  const useful = found.filter((each) => each.value !== text.trimEnd());
  palette.replaceChildren(...useful.map((each, at) => element("li", { id: `completion-${at}`, role: "option", "aria-selected": "false",
    onmousedown: (event) => { event.preventDefault(); accept(each.value); } },
    element("b", {}, each.value), element("span", {}, each.label))));
  palette.hidden = useful.length === 0;
  input.setAttribute("aria-expanded", String(!palette.hidden));
  state.picked = -1;
  input.removeAttribute("aria-activedescendant");
}

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
  else if (event.key === "Tab" && !event.shiftKey) accept(palette.children[Math.max(state.picked, 0)].firstChild.textContent);
  else if (event.key === "Enter" && state.picked >= 0) accept(palette.children[state.picked].firstChild.textContent);
  else return;
  event.preventDefault();
});

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value;
  input.value = "";
  closePalette();
  // One after the other: what was said first is answered first.
  state.sending = state.sending.then(() => attempt(() => call("/api/say", { text })));
});

// -- who and where ----------------------------------------------------------------------------------------------

function remember(key, value) { try { localStorage.setItem(`newsbot-${key}`, value); } catch { /* a private window keeps nothing */ } }
function remembered(key) { try { return localStorage.getItem(`newsbot-${key}`); } catch { return null; } }

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId("theme").setAttribute("aria-pressed", String(theme === "dark"));
}

function channelButtons(channels) {
  byId("channels").replaceChildren(...channels.map((channel) => element("li", {}, element("button", {
    type: "button", "aria-current": String(channel === state.channel),
    onclick: () => { state.channel = channel; remember("channel", channel); channelButtons(channels); attempt(open); },
  }, `#${channel}`))));
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
    attempt(open);
  });
  byId("starters").replaceChildren(...known.topics.slice(0, 8).map((topic) => element("button", { type: "button", class: "act",
    onclick: () => attempt(() => call("/api/say", { text: `/${topic.id}` })) }, topic.title)));
  channelButtons(known.channels);
  await open();
  input.focus();
}

attempt(start);
