// The page as buyers will see it on a phone, beside the text, a moment after each change.
// It is asked for once nothing was typed for so long, or for twice the time that the last answer took.
const PAUSE_MS = 150, LONGEST_PAUSE_MS = 1500;

/** Bring one element to the state of another; what is the same, and what was opened or scrolled, stays. */
export function bring(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  const alike = old.nodeName === fresh.nodeName && old.childElementCount && old.childNodes.length === fresh.childNodes.length;
  const same = alike && [...old.childNodes].every((node, at) => node.nodeName === fresh.childNodes[at].nodeName);
  if (!same) return old.replaceWith(document.importNode(fresh, true));
  for (const {name} of [...old.attributes]) if (name !== "open" && !fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const {name, value} of fresh.attributes) if (name !== "open" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  [...old.childNodes].forEach((node, at) => {
    const other = fresh.childNodes[at];
    if (node.nodeType === Node.ELEMENT_NODE) bring(node, other);
    else if (node.nodeValue !== other.nodeValue) node.nodeValue = other.nodeValue;
  });
}

export function view(room, form) {
  const beside = document.getElementById("beside"), frame = document.getElementById("phone"), look = document.getElementById("look"), back = document.getElementById("back");
  const measured = document.getElementById("measured"), too = document.getElementById("measured-too");
  const wide = matchMedia("(min-width: 62.5rem)"), address = room.dataset.address + "/preview";
  let asked, timer, took = 0, behind = false;

  const shown = () => wide.matches || room.dataset.view === "preview";
  // Links of the preview lead nowhere; those within the page do.
  const still = () => {
    const page = frame.contentDocument;
    if (page) page.addEventListener("click", (event) => {
      const link = event.target.closest("a[href]");
      if (link && !link.getAttribute("href").startsWith("#")) event.preventDefault();
    });
  };
  frame.addEventListener("load", () => { still(); if (behind) refresh(); });

  async function refresh() {
    if (!shown()) { behind = true; return; }
    behind = false;
    if (asked) asked.abort();
    const mine = asked = new AbortController(), began = performance.now();
    try {
      const answer = await fetch(address, {method: "POST", body: new FormData(form), headers: {"X-Requested-With": "fetch"}, signal: mine.signal});
      if (!(answer.headers.get("Content-Type") || "").startsWith("application/json")) return;
      const told = await answer.json();
      if (told.csrf_token || !told.page) return;
      if (measured) measured.textContent = too.textContent = told.measured;
      const fresh = new DOMParser().parseFromString(told.page, "text/html"), page = frame.contentDocument;
      const main = page && page.querySelector("main");
      if (!main) { behind = true; return; }
      const top = page.scrollingElement.scrollTop;
      bring(main, fresh.querySelector("main"));
      if (page.scrollingElement.scrollTop !== top) page.scrollingElement.scrollTo({top, behavior: "instant"});
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
    } finally { took = performance.now() - began; }
  }
  const soon = () => { clearTimeout(timer); timer = setTimeout(refresh, Math.min(Math.max(PAUSE_MS, 2 * took), LONGEST_PAUSE_MS)); };

  function begin() {
    if (frame.getAttribute("src") || !shown()) return;
    behind ||= (form.elements.body || form.elements.words) && "unsaved" in room.dataset;
    frame.src = frame.dataset.src;
  }
  if (look) look.addEventListener("click", (event) => {
    event.preventDefault();
    room.dataset.view = "preview";
    const first = !frame.getAttribute("src");
    behind ||= first;
    begin();
    if (behind && !first) refresh();
    back.focus();
    scrollTo(0, beside.offsetTop - 8);
  });
  back.addEventListener("click", () => {
    delete room.dataset.view;
    const field = form.elements.body || form.elements.words;
    if (field) field.focus();
  });
  beside.addEventListener("keydown", (event) => { if (event.key === "Escape" && !wide.matches) back.click(); });
  form.addEventListener("input", soon);
  wide.addEventListener("change", () => { begin(); if (behind) refresh(); });
  beside.hidden = false;
  begin();
  return {begin};
}
