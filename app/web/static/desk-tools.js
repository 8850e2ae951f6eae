// Buttons and keys that put signs of Markdown around what is marked. The browser can undo each of them.
const WAYS = {
  bold: (text) => around(text, "**"),
  italic: (text) => around(text, "*"),
  heading: (text) => lines(text, "## "),
  list: (text) => lines(text, "- "),
  quote: (text) => lines(text, "> "),
  legend,
  link,
  note: () => {
    const part = document.getElementById("sources");
    part.open = true;
    document.getElementById("find").focus();
  },
  picture: () => {
    const part = document.getElementById("pictures");
    part.open = true;
    part.firstElementChild.focus();
  },
};
const KEYS = {b: "bold", i: "italic", k: "link"};

/** Put words in the place of what is marked, so that undo takes them away again. */
function put(text, words) {
  text.focus();
  if (document.execCommand("insertText", false, words)) return;
  text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new InputEvent("input", {bubbles: true, inputType: "insertText"}));
}
export const mark = (text, start, end) => { text.focus(); text.setSelectionRange(start, end); };
const marked = (text) => text.value.slice(text.selectionStart, text.selectionEnd);

function around(text, sign) {
  const {selectionStart: start, selectionEnd: end, value} = text, inside = marked(text), wide = sign.length;
  const bold = value.slice(start - 2, start) === "**" && sign === "*" && value.slice(start - 3, start) !== "***";
  if (!bold && value.slice(start - wide, start) === sign && value.slice(end, end + wide) === sign) {
    mark(text, start - wide, end + wide);
    put(text, inside);
    mark(text, start - wide, end - wide);
  } else {
    put(text, sign + inside + sign);
    mark(text, start + wide, end + wide);
  }
}

function lines(text, sign) {
  const value = text.value, start = value.lastIndexOf("\n", text.selectionStart - 1) + 1;
  const found = value.indexOf("\n", text.selectionEnd), end = found < 0 ? value.length : found;
  const old = value.slice(start, end).split("\n");
  const has = old.every((line) => line.startsWith(sign) || !line.trim());
  const fresh = old.map((line) => has && line.startsWith(sign) ? line.slice(sign.length) : has && old.length > 1 ? line : sign + line);
  mark(text, start, end);
  put(text, fresh.join("\n"));
  if (old.length > 1) mark(text, start, start + fresh.join("\n").length);
}

/** Put a block of its own, between empty lines. */
export function block(text, made) {
  const before = text.value.slice(0, text.selectionStart), after = text.value.slice(text.selectionEnd);
  const gap = !before ? "" : before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  put(text, gap + made(marked(text)) + (after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n"));
}

/** Put words into a box; where none are chosen, three dots that whatever is typed next takes the place of. */
function legend(text) {
  const start = text.selectionStart, inside = marked(text), head = `!!! legend "${text.dataset.legend}"\n    `;
  block(text, () => head + (inside || "…").replaceAll("\n", "\n    "));
  const at = text.value.indexOf(head, start) + head.length;
  if (!inside) mark(text, at, at + 1);
}

function link(text) {
  const start = text.selectionStart, inside = marked(text);
  put(text, `[${inside}](https://)`);
  const at = inside ? start + inside.length + 3 : start + 1;
  mark(text, at, inside ? at + 8 : at);
}

/** Cite a source behind the sentence one was in, and go on writing there. */
function cite(text, at, label) {
  mark(text, at, at);
  put(text, `[^${label}]`);
}

export function tools(form) {
  const bar = document.getElementById("tools"), text = form.elements.body;
  if (!bar || !text) return;
  const buttons = [...bar.querySelectorAll("button")];
  let composing = false, at = text.value.length;
  text.addEventListener("compositionstart", () => composing = true);
  text.addEventListener("compositionend", () => composing = false);
  const stay = () => at = text.selectionEnd;
  for (const name of ["keyup", "pointerup", "blur", "input"]) text.addEventListener(name, stay);
  const use = (tool) => { if (!composing) WAYS[tool](text); };

  buttons.forEach((button, place) => {
    button.addEventListener("pointerdown", (event) => event.preventDefault()); // the text keeps its mark and the phone its keys
    button.addEventListener("click", () => use(button.dataset.tool));
    button.addEventListener("keydown", (event) => {
      const step = {ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: -1}[event.key];
      if (event.key === "Escape") text.focus();
      if (step === undefined) return;
      event.preventDefault();
      const next = buttons.at(step % buttons.length);
      for (const each of buttons) each.tabIndex = each === next ? 0 : -1;
      next.focus();
    });
  });
  text.addEventListener("keydown", (event) => {
    const tool = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && KEYS[event.key.toLowerCase()];
    if (!tool || event.isComposing || composing) return;
    event.preventDefault();
    use(tool);
  });
  bar.hidden = false;

  // Sources
  const part = document.getElementById("sources"), find = document.getElementById("find"), own = document.getElementById("own");
  const list = part.querySelector(".citable");
  const bare = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d").replaceAll("Đ", "D").toLowerCase();
  for (const each of list.querySelectorAll("[data-cite]")) { each.hidden = false; each.nextElementSibling.hidden = true; }
  find.parentElement.hidden = false;
  own.hidden = false;
  find.addEventListener("input", (event) => {
    event.stopPropagation();
    const wanted = bare(find.value);
    for (const each of list.children) each.hidden = !bare(each.textContent).includes(wanted);
  });
  find.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  list.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-cite]");
    if (chosen) cite(text, at, chosen.dataset.cite);
  });
  const said = document.getElementById("own-said"), url = document.getElementById("own-url");
  for (const field of [said, url]) {
    field.addEventListener("input", (event) => event.stopPropagation());
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); document.getElementById("own-add").click(); } });
  }
  document.getElementById("own-add").addEventListener("click", () => {
    const words = said.value.trim(), address = url.value.trim();
    if (!words) return said.focus();
    let number = 1;
    while (text.value.includes(`[^n${number}]`)) number++;
    const label = `n${number}`, place = at;
    mark(text, text.value.length, text.value.length);
    const gap = /\n\[\^[^\]]+\]:[^\n]*\n?$/.test(text.value) ? (text.value.endsWith("\n") ? "" : "\n") : text.value.endsWith("\n") ? "\n" : "\n\n";
    put(text, `${gap}[^${label}]: ${words}${address ? ` <${address}>` : ""}\n`);
    said.value = url.value = "";
    cite(text, place, label);
  });
}
