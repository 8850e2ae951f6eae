// Keeps what is written: in this browser at once, on the server every few seconds. Nothing typed is ever replaced.
import {bring} from "/static/desk-view.js";

const SAVE_MS = 3000, SLOWEST_MS = 60_000, HERE_MS = 20_000, STEPS_MS = 8000;
const MARK = {"X-Requested-With": "fetch"};

/** A form of fields, of a whole file, or of the paragraphs of a translation (those have no names that last). */
export function keep(room, form) {
  const place = room.dataset.address, address = form.getAttribute("action"), ours = "desk " + address + " ", name = ours + Math.random().toString(36).slice(2);
  const told = document.getElementById("told"), words = document.getElementById("notices").dataset;
  const version = form.elements.version, others = document.getElementById("others"), state = document.getElementById("state");
  const door = "BroadcastChannel" in self ? new BroadcastChannel("desk " + place) : null;
  let dirty = "unsaved" in room.dataset, saving = null, stepping, stopped = false, timer, wait = SAVE_MS, notice = "", again = false;

  const pairs = () => [...new FormData(form)].filter(([field]) => field !== "csrf_token" && field !== "version");
  // Every window keeps its own words under its own name: none can write over what another could not send.
  const read = (which) => { try { return JSON.parse(localStorage.getItem(which)); } catch { return null; } };
  const keepHere = () => { try { localStorage.setItem(name, JSON.stringify({version: +version.value, at: Date.now(), pairs: pairs()})); } catch {} };
  const forget = (which) => { try { localStorage.removeItem(which); } catch {} };
  const say = (text) => { for (const place of document.querySelectorAll("[data-saved]")) if (place.textContent !== text) place.textContent = text; };

  /** Show a notice above the text, once; "" takes it away. */
  function show(kind, prepare) {
    if (notice === kind) return;
    notice = kind;
    for (const old of told.querySelectorAll("[data-notice]")) old.remove();
    if (!kind) return;
    const box = boxed(kind);
    box.dataset.notice = kind;
    if (prepare) prepare(box);
    told.append(box);
  }
  function boxed(kind) {
    const box = document.createElement("div");
    box.className = "told";
    box.append(document.getElementById("n-" + kind).content.cloneNode(true));
    return box;
  }

  function changed() {
    dirty = again = true;
    keepHere();
    say(words.waiting);
    if (!timer && !stopped) timer = setTimeout(save, SAVE_MS);
  }

  /** Try again later and later. */
  function later(kind) {
    show(kind);
    say(words.waiting);
    clearTimeout(timer);
    timer = setTimeout(save, wait);
    wait = Math.min(wait * 2, SLOWEST_MS);
  }

  function save() {
    clearTimeout(timer);
    timer = 0;
    if (dirty && !saving && !stopped) saving = send();
    return saving;
  }

  async function send() {
    again = false;
    try {
      const answer = await fetch(address, {method: "POST", body: new FormData(form), headers: MARK});
      const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      await take(answer.status, isJson ? await answer.json() : {});
    } catch {
      later("offline");
    } finally {
      saving = null;
      if (again && !timer && !stopped) timer = setTimeout(save, SAVE_MS);
    }
  }

  async function take(status, answer) {
    if (status === 200 && answer.version) {
      version.value = answer.version;
      wait = SAVE_MS;
      dirty = again;
      if (dirty) keepHere(); else forget(name);
      show("");
      say(words.savedAt.replace("#", new Date().toLocaleTimeString(room.dataset.language, {hour: "2-digit", minute: "2-digit"})));
      if (door) door.postMessage(answer.version);
      for (const field of document.querySelectorAll("#steps [name=version]")) field.value = answer.version;
      clearTimeout(stepping);
      stepping = setTimeout(steps, document.getElementById("steps") && state.dataset.state === "draft" ? STEPS_MS : 0);
    } else if (status === 409 && answer.words === undefined) {
      stopped = true;
      say(words.waiting);
      show(answer.error === "version" ? "version" : "source");
    } else if (status === 409) {
      stopped = true;
      say(words.waiting);
      show("stale", (box) => {
        const sent = box.querySelector("form").elements;
        sent.csrf_token.value = form.elements.csrf_token.value;
        sent.version.value = version.value;
        sent.words.value = answer.words;
        sent[0].form.addEventListener("submit", () => sessionStorage.setItem("carried " + place, name));
        box.setAttribute("role", "alert");
      });
    } else if (status === 400 && answer.csrf_token) {
      const first = form.elements.csrf_token.value !== answer.csrf_token;
      form.elements.csrf_token.value = answer.csrf_token;
      if (first) { again = true; timer = setTimeout(save, 0); } else later("failed");
    } else if (status === 401) later("signed-out");
    else if (status === 403) { stopped = true; say(words.waiting); show("refused"); }
    else if (status === 413) { say(words.waiting); show("long"); }
    else later("failed");
  }

  /** Bring what can be done with the text, and what keeps it from being published, to what was just saved. */
  async function steps() {
    const old = document.getElementById("steps");
    if (dirty || (old ? old.contains(document.activeElement) : state.dataset.state === "draft")) return;
    try {
      const page = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
      const kept = page.querySelector("#desk [name=version]");
      if (!kept || kept.value !== version.value) return;
      const field = document.activeElement, top = field.getBoundingClientRect().top;
      for (const id of ["steps", "fault", "state"]) {
        const was = document.getElementById(id), fresh = page.getElementById(id);
        if (was && fresh) bring(was, fresh);
      }
      scrollBy(0, field.getBoundingClientRect().top - top); // a browser keeps the line in its place, but not at the top of a page
    } catch {}
  }

  async function here() {
    if (document.visibilityState !== "visible") return;
    const body = new FormData();
    body.set("csrf_token", form.elements.csrf_token.value);
    try {
      const answer = await fetch(place + "/here", {method: "POST", body, headers: MARK});
      if (!answer.ok) return;
      const seen = await answer.json();
      if (others.textContent !== seen.others) others.textContent = seen.others;
      newer(seen.version);
    } catch {}
  }
  const newer = (seen) => { if (!dirty && !saving && seen > +version.value && !stopped) show("newer"); };

  /** Return the words of a form as one text. */
  const wordsIn = (fields) => {
    const text = new Map(fields);
    return text.get("body") ?? text.get("words") ?? fields.filter(([field, text]) => /^[tn]-/.test(field) && text.trim()).map(([, text]) => text).join("\n\n");
  };

  /** Offer what earlier visits could not send, the latest first; it stays until somebody chooses. */
  function offer([kept, ...more]) {
    if (!kept) return;
    const box = boxed("local");
    box.addEventListener("click", (event) => {
      const wish = event.target.dataset.do, two = box.querySelector(".two");
      if (wish === "drop") { forget(kept.name); box.remove(); offer(more); }
      if (wish === "look") {
        const [mine, theirs] = two.querySelectorAll("textarea");
        mine.value = wordsIn(kept.pairs);
        theirs.value = wordsIn(pairs());
        two.hidden = !two.hidden;
      }
      if (wish === "take") {
        const sent = document.createElement("form");
        sent.method = "post";
        sent.enctype = "multipart/form-data";
        sent.action = address;
        const all = [...kept.pairs, ["version", kept.version], ["csrf_token", form.elements.csrf_token.value], ["do", "take"]];
        for (const [field, text] of all) {
          const area = document.createElement("textarea");
          area.name = field;
          area.value = text;
          sent.append(area);
        }
        sent.hidden = true;
        document.body.append(sent);
        sessionStorage.setItem("carried " + place, kept.name);
        sent.submit();
      }
    });
    told.append(box);
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", (event) => { if (event.target.matches("select, [type=radio]")) changed(); });
  form.addEventListener("focusout", () => { if (dirty && wait === SAVE_MS) save(); });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button && (button.name === "do" || button.id === "look")) return;
    if (stopped && (notice === "source" || notice === "version")) return;
    if (button && button.name === "agrees") { dirty = false; return; }
    event.preventDefault();
    dirty = true;
    wait = SAVE_MS;
    save();
  });
  // A step is done with what is written, not with what was saved before
  document.addEventListener("submit", async (event) => {
    if (!event.target.closest("#steps") || !dirty || stopped) return;
    event.preventDefault();
    while (dirty && !stopped && notice === "") await save();
    if (!dirty) event.target.requestSubmit(event.submitter);
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") { event.preventDefault(); dirty = true; save(); }
  });
  addEventListener("online", () => { wait = SAVE_MS; save(); });
  addEventListener("focus", () => { if (dirty && notice) save(); });
  addEventListener("pagehide", () => {
    if (!dirty || stopped) return;
    keepHere();
    navigator.sendBeacon(address, new FormData(form));
  });
  if (door) door.onmessage = ({data}) => newer(data);
  setInterval(here, HERE_MS);
  here();

  // What was carried to this page, to be put in or merged, is no longer kept by the window it came from
  const carried = sessionStorage.getItem("carried " + place);
  sessionStorage.removeItem("carried " + place);
  if (carried && (dirty || new URLSearchParams(location.search).get("done") === "merge")) forget(carried);
  // The server ends a text with one empty line; what differs in nothing else was sent after all.
  const lasting = (field) => !/^[tn]-|^(began|source)$/.test(field);
  const plain = (fields) => JSON.stringify(fields.filter(([field, text]) => lasting(field) || (/^[tn]-/.test(field) && text.trim()))
    .map(([field, text]) => [lasting(field) && field, text.trimEnd()]));
  const names = Object.keys(localStorage).filter((each) => each.startsWith(ours));
  const earlier = names.map((each) => ({name: each, ...read(each)})).filter((kept) => kept.pairs);
  for (const kept of earlier) if (plain(kept.pairs) === plain(pairs())) forget(kept.name);
  offer(earlier.filter((kept) => plain(kept.pairs) !== plain(pairs())).sort((one, other) => other.at - one.at));
  // Words can be older than this script: it came late, or the browser brought them back
  const typed = (field) => field.name && field.matches("textarea, input:not([type=radio], [type=checkbox])") && field.value !== field.defaultValue;
  if (dirty || [...form.elements].some(typed)) form.dispatchEvent(new Event("input", {bubbles: true}));
}
