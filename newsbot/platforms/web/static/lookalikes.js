// How Discord and Slack would show a message, drawn from the exact payload that they would get. Nothing in it can be
// pressed. Every text becomes a text node, as on the page's own cards.

import { element } from "/static/cards.js";

const outward = (url, words) => (/^https?:\/\//i.test(url)
  ? element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...words)
  : element("span", {}, ...words));
const day = (seconds) => new Date(seconds * 1000).toLocaleDateString([], { dateStyle: "long" });
const minute = (seconds) => new Date(seconds * 1000).toLocaleString([], { dateStyle: "long", timeStyle: "short" });
const control = (label, style = "") => element("span", { class: `control ${style}`.trim() }, label);
const list = (label) => element("span", { class: "control list" }, `${label} ▾`);
const image = (source, alt) => element("img", { src: source(), alt, loading: "lazy", decoding: "async" });

// A text and the patterns that mean something in it: each makes an element of what it matched, the rest is as it stands.
function inline(words, rules) {
  for (const [pattern, make] of rules) {
    const found = pattern.exec(words);
    if (!found) continue;
    const [before, after] = [words.slice(0, found.index), words.slice(found.index + found[0].length)];
    return [...inline(before, rules), make(found), ...inline(after, rules)];
  }
  return words ? [document.createTextNode(words)] : [];
}

// -- Discord ----------------------------------------------------------------------------------------------------

const ESCAPED = /\\([^A-Za-z0-9\s])/;
const HIDDEN = "\ue000"; // where an escaped sign stood while the others are looked for
const DISCORD = (signs) => {
  const shown = (words) => words.replaceAll(/\ue000(\d+);/g, (_, at) => signs[at]).replaceAll("\u200b", "");
  const rules = [
    [/(`+) ?(.+?) ?\1/, ([, , code]) => element("code", {}, shown(code))],
    [/\[((?:[^[\]]|\[[^[\]]*\])*)\]\((https?:[^)\s]+)\)/, ([, label, url]) => outward(url, nodes(label))],
    [/<(https?:[^>\s]+)>/, ([, url]) => outward(url, [url])],
    [/<t:(\d+):(\w)>/, ([, at, style]) => element("time", {}, style === "D" ? day(at) : minute(at))],
    [/<(?:@&|@|#)(\d+)>/, () => element("span", { class: "mention" }, "@mention")],
    [/\*\*(.+?)\*\*/, ([, strong]) => element("strong", {}, ...nodes(strong))],
    [/\*(.+?)\*/, ([, emphasis]) => element("em", {}, ...nodes(emphasis))],
  ];
  const nodes = (words) => inline(words, rules).map((node) =>
    node.nodeType === Node.TEXT_NODE ? document.createTextNode(shown(node.data)) : node);
  return nodes;
};

function discordText(content) {
  const signs = [];
  const hidden = content.replaceAll(new RegExp(ESCAPED, "g"), (_, sign) => `${HIDDEN}${signs.push(sign) - 1};`);
  const nodes = DISCORD(signs);
  return hidden.split("\n").map((line) => {
    const found = /^(#{1,3}|-#|-|\d+\.) (.*)$/.exec(line);
    if (!found) return element("p", { class: line ? null : "gap" }, ...nodes(line));
    const [, mark, words] = found;
    if (mark === "-#") return element("p", { class: "quiet-line" }, ...nodes(words));
    if (mark.startsWith("#")) return element("p", { class: `heading-${mark.length}` }, ...nodes(words));
    return element("p", { class: "item" }, mark === "-" ? "• " : `${mark} `, ...nodes(words));
  });
}

const BUTTONS = { 1: "primary", 3: "good", 4: "danger", 5: "link" };

function discordPart(part, source) {
  switch (part.type) {
    case 1: return [element("div", { class: "controls" }, ...part.components.flatMap((each) => discordPart(each, source)))];
    case 2: return [control(part.label + (part.style === 5 ? " ↗" : ""), BUTTONS[part.style])];
    case 3: return [list(part.placeholder ?? "Make a selection")];
    case 9: return [element("div", { class: "beside" },
      element("div", {}, ...part.components.flatMap((each) => discordPart(each, source))), ...discordPart(part.accessory, source))];
    case 10: return discordText(part.content);
    case 12: return part.items.map((item) => image(source, item.description ?? ""));
    case 14: return [element("hr")];
    case 17: {
      const made = element("div", { class: "container" }, ...part.components.flatMap((each) => discordPart(each, source)));
      if (part.accent_color !== undefined) made.style.setProperty("--bar", `#${part.accent_color.toString(16).padStart(6, "0")}`);
      return [made];
    }
    default: return [];
  }
}

// -- Slack ------------------------------------------------------------------------------------------------------

const unescaped = (words) => words.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
const text = (words) => document.createTextNode(unescaped(words));
const SLACK = [
  [/<!date\^(\d+)\^([^|>]*)\|([^>]*)>/, ([, at, format]) => element("time", {}, format.includes("{time}") ? minute(at) : day(at))],
  [/<(https?:[^|>]+)\|([^>]*)>/, ([, url, label]) => outward(unescaped(url), [unescaped(label)])],
  [/<(https?:[^|>]+)>/, ([, url]) => outward(unescaped(url), [unescaped(url)])],
  [/<(?:@|#|!subteam\^)(\w+)>/, () => element("span", { class: "mention" }, "@mention")],
  [/(?<=^|[\s(“‘[—–\-•/])\*([^*\n]+)\*/, ([, strong]) => element("strong", {}, text(strong))],
  [/(?<=^|[\s(“‘[—–\-•/])_([^_\n]+)_/, ([, emphasis]) => element("em", {}, text(emphasis))],
  [/`([^`\n]+)`/, ([, code]) => element("code", {}, text(code))],
];

function slackText(object) {
  if (object.type !== "mrkdwn") return [document.createTextNode(object.text)];
  return inline(object.text, SLACK).map((node) => (node.nodeType === Node.TEXT_NODE ? text(node.data) : node));
}

function richText(block) {
  return block.elements.flatMap((section) => section.elements).map((piece) => {
    if (piece.type === "link") return outward(piece.url, [piece.text ?? piece.url]);
    if (piece.type === "date") return element("time", {}, piece.format.includes("{time}") ? minute(piece.timestamp) : day(piece.timestamp));
    if (piece.type !== "text") return element("span", { class: "mention" }, "@mention");
    const name = piece.style?.bold ? "strong" : piece.style?.italic ? "em" : piece.style?.code ? "code" : "span";
    return element(name, {}, piece.text);
  });
}

function slackControl(part) {
  return part.type === "button" ? control(part.text.text + (part.url ? " ↗" : ""), part.style) : list(part.placeholder.text);
}

function slackBlock(block, source) {
  switch (block.type) {
    case "header": return [element("p", { class: "header" }, block.text.text)];
    case "section": return [element("div", { class: "beside" },
      element("div", { class: "section" }, ...(block.text ? slackText(block.text) : []),
        block.fields ? element("div", { class: "fields" }, ...block.fields.map((field) => element("div", {}, ...slackText(field)))) : null),
      ...(block.accessory ? [slackControl(block.accessory)] : []))];
    case "context": return [element("p", { class: "quiet-line" }, ...block.elements.flatMap(slackText))];
    case "image": return [element("p", { class: "quiet-line" }, block.title?.text ?? ""), image(source, block.alt_text)];
    case "actions": return [element("div", { class: "controls" }, ...block.elements.map(slackControl))];
    case "divider": return [element("hr")];
    case "rich_text": return [element("p", { class: "section" }, ...richText(block))];
    case "table": return [element("table", {}, element("tbody", {}, ...block.rows.map((row) =>
      element("tr", {}, ...row.map((cell) => element("td", {}, ...richText(cell)))))))];
    default: return [];
  }
}

const LOOKS = {
  discord: { name: "Discord", draw: (payload, source) => payload.components.flatMap((part) => discordPart(part, source)) },
  slack: { name: "Slack", draw: (payload, source) => payload.blocks.flatMap((block) => slackBlock(block, source)) },
};

export const platformName = (platform) => LOOKS[platform]?.name ?? `${platform[0].toUpperCase()}${platform.slice(1)}`;

// The messages of a platform as it shows them, and their JSON one press further. `pictures` is as for `cardElement`.
export function lookalike(platform, payloads, pictures) {
  let shown = 0;
  const source = () => `${pictures}/${shown++}.png`;
  const json = element("pre", { tabindex: "0", hidden: true, "aria-label": `JSON for ${platformName(platform)}` }, JSON.stringify(payloads, null, 2));
  const draw = LOOKS[platform]?.draw;
  json.hidden = Boolean(draw);
  const messages = draw ? payloads.map((payload) => element("div", { class: "look-message" },
    element("span", { class: "look-avatar", "aria-hidden": "true" }, "n"),
    element("div", { class: "look-body" },
      element("p", { class: "look-who" }, element("b", {}, "newsbot"), " ", element("span", { class: "badge" }, "APP")),
      ...draw(payload, source)))) : [];
  const toggle = element("button", { type: "button", class: "quiet", "aria-expanded": String(!json.hidden), onclick: () => {
    json.hidden = !json.hidden;
    toggle.setAttribute("aria-expanded", String(!json.hidden));
  } }, "JSON");
  return element("section", { class: "preview", "aria-label": `As ${platformName(platform)} shows it` },
    draw ? element("div", { class: `look ${platform}` }, ...messages) : null, toggle, json);
}
