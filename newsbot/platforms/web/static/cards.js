// Cards and fields of forms as elements. Every text becomes a text node, so nothing that a message holds can become markup.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const webAddress = (url) => (/^https?:\/\//i.test(url) ? url : "#");
const outward = (url, label) =>
  element("a", { href: webAddress(url), target: "_blank", rel: "noopener noreferrer" }, label);

function inline(piece) {
  switch (piece.kind) {
    case "strong": return element("strong", {}, piece.text);
    case "emphasis": return element("em", {}, piece.text);
    case "code": return element("code", {}, piece.text);
    case "link": return outward(piece.url, piece.text);
    case "moment": {
      const at = new Date(piece.at);
      const shown = piece.style === "day" ? at.toLocaleDateString([], { dateStyle: "long" })
        : piece.style === "countdown" ? `at ${at.toLocaleTimeString([], { timeStyle: "medium" })}`
        : at.toLocaleString([], { dateStyle: "long", timeStyle: "short" });
      return element("time", { datetime: piece.at }, shown);
    }
    case "mention": return element("strong", {}, `@${piece.name}`);
    default: return document.createTextNode(piece.text);
  }
}

const BAR = /^(█*)(░*) (?=\d)/;

// A bar that is written in blocks, drawn: fonts make blocks of unequal widths, and read aloud they say nothing.
function drawnBar([blocks, filled]) {
  const bar = element("span", { class: "share-bar", "aria-hidden": "true" });
  bar.style.setProperty("--share", `${(100 * filled.length) / (blocks.length - 1)}%`);
  return bar;
}

function factValue(value, isLong) {
  const bar = value.match(BAR);
  if (bar && bar[0].length > 1) return element("dd", {}, drawnBar(bar), value.slice(bar[0].length));
  return element("dd", { class: isLong ? "long" : null }, value);
}

function facts(block) {
  const isLong = (fact) => (fact.value ?? "").length > 48;
  const areLong = Boolean(block.title) && block.items.some(isLong); // a list of sentences, such as events by day
  const items = block.items.map((fact) => element("div", {},
    element("dt", { class: fact.label.length > 40 ? "long" : null }, fact.label),
    fact.value ? factValue(fact.value, areLong || isLong(fact)) : null,
    ...(fact.notes ?? []).map((note) => element("dd", { class: "note" }, note))));
  const areBars = block.items.every((fact) => BAR.test(fact.value ?? ""));
  const list = element("dl", { class: areBars ? "facts bars" : block.title || block.items.some((fact) => fact.notes?.length) ? "facts" : "facts plain" }, ...items);
  return block.title ? [element("h3", {}, block.title), list] : [list];
}

// Lines of which each is repeated, in full, by the button of its place just below.
function areRepeated(block, next) {
  return block.kind === "facts" && !block.title && next?.kind === "buttons" && block.items.length === next.items.length
    && block.items.every((fact, at) => next.items[at].label === `${fact.label} · ${fact.value}`);
}

function picture(block, source) {
  const { chart } = block;
  const rows = chart.points.map((point) => element("tr", {},
    element("th", { scope: "row" }, point.label), element("td", {}, point.display), element("td", {}, point.note ?? "")));
  const table = element("table", {},
    element("caption", { class: "hidden" }, `${chart.title}, ${chart.unit}, as of ${chart.as_of}. Source: ${chart.source}.`),
    element("tbody", {}, ...rows));
  // The picture's size is kept free while it loads, so that nothing jumps.
  return [element("figure", {},
    element("img", { src: source(), alt: block.alt, loading: "lazy", decoding: "async" }),
    element("details", {}, element("summary", {}, "The same as a table"), table))];
}

function table(block) {
  const head = element("tr", {}, ...block.columns.map((column) => element("th", { scope: "col" }, column)));
  const rows = block.rows.map((row) => element("tr", {}, ...row.map((cell) => element("td", {}, cell))));
  const made = element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
  return block.title ? [element("h3", {}, block.title), made] : [made];
}

function links(block) {
  const items = block.items.map((item) => element("li", {}, outward(item.url, item.label),
    element("span", {}, item.detail ? ` · ${item.detail}` : "")));
  const list = element("ol", { class: "links", start: block.first ?? 1 }, ...items);
  return block.title ? [element("h3", {}, block.title), list] : [list];
}

function buttons(block, press, layout) {
  return [element("div", { class: layout }, ...block.items.map((button) => {
    if (button.does.kind === "url") {
      return element("a", { href: webAddress(button.does.address), target: "_blank", rel: "noopener noreferrer" }, button.label);
    }
    const style = `act ${button.style ?? ""}`.trim();
    return element("button", { type: "button", class: style, onclick: (event) => press(button.token, event.currentTarget) }, button.label);
  }))];
}

function choice(block, press) {
  const select = element("select", { onchange: (event) => event.currentTarget.value && press(block.token, event.currentTarget, event.currentTarget.value) },
    element("option", { value: "" }, block.prompt),
    ...block.options.map((option) => element("option", { value: option.value }, option.label)));
  return [element("label", {}, element("span", { class: "hidden" }, block.prompt), select)];
}

function parts(block, press, source, before) {
  switch (block.kind) {
    case "text": {
      const name = block.style === "heading" ? "h3" : "p";
      return [element(name, { class: block.style ?? "body" }, ...block.pieces.map(inline))];
    }
    case "facts": return facts(block);
    case "picture": return picture(block, source);
    case "table": return table(block);
    case "rule": return [element("hr")];
    case "links": return links(block);
    case "buttons": return buttons(block, press, before && areRepeated(before, block) ? "choices" : "row");
    case "choice": return choice(block, press);
    default: return [];
  }
}

// `press(token, control, value)` is what a control does; `pictures` is the address below which the card's pictures are.
export function cardElement(card, press, pictures = "") {
  let shown = 0;
  const source = () => `${pictures}/${shown++}.png`;
  const shownBlocks = card.blocks.flatMap((block, at) =>
    areRepeated(block, card.blocks[at + 1]) ? [] : parts(block, press, source, card.blocks[at - 1]));
  const made = element("article", { class: `card ${card.tone ?? "neutral"}`, "aria-label": card.title },
    element("h2", {}, card.title),
    ...shownBlocks,
    card.footer ? element("footer", {}, card.footer) : null);
  if (card.colour && !["warning", "problem", "good"].includes(card.tone)) made.style.setProperty("--stripe", card.colour);
  return made;
}

// A field of a form, with room for what is wrong with it.
export function fieldElement(field) {
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
