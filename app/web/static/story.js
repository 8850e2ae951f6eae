// Adds to story, layer and building pages what plain HTML cannot: everything here may be missing.
(() => {
  const all = (pick, from = document) => [...from.querySelectorAll(pick)];
  const one = (pick, from = document) => from.querySelector(pick);
  const root = document.documentElement;
  const keep = (name, text) => { try { text === null ? localStorage.removeItem(name) : localStorage.setItem(name, text); } catch {} };
  const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };

  // Text size and room between lines
  const group = one(".aa");
  if (group) {
    const buttons = all("button", group), wide = buttons.pop();
    const apply = (size, room) => {
      root.classList.remove("t2", "t3");
      if (size > 1) root.classList.add("t" + size);
      root.classList.toggle("wide", room);
      buttons.forEach((button, at) => button.setAttribute("aria-pressed", at + 1 === size));
      wide.setAttribute("aria-pressed", room);
      keep("text", size > 1 || room ? size + (room ? "w" : "") : null);
    };
    let size = +(kept("text") || "1")[0] || 1, room = /w/.test(kept("text"));
    buttons.forEach((button, at) => button.onclick = () => apply(size = at + 1, room));
    wide.onclick = () => apply(size, room = !room);
    apply(size, room);
    group.hidden = false;
  }

  // Counted, never who: opened, read to the end, solved
  const path = location.pathname, tale = one(".story"), counted = {};
  const kit = /^\/(b|..\/.+)\/[^/]+$/i.test(path) && one(".story~section #go");
  const count = (what) => {
    if (!kit || counted[what] || navigator.doNotTrack == 1 || navigator.globalPrivacyControl) return;
    counted[what] = fetch("/count", { method: "POST", body: new URLSearchParams({ what, kit: kit.dataset.kit, language: tale.closest("[lang]").lang }), credentials: "omit", referrerPolicy: "no-referrer", keepalive: true }).catch(() => {});
  };
  const seen = () => {
    if (document.hidden || !kit) return;
    document.onvisibilitychange = null;
    if (path[2] === "/") count("scan");
    setTimeout(() => new IntersectionObserver(([end]) => end.isIntersecting && count("read")).observe(tale.lastElementChild), 2e4);
  };
  document.onvisibilitychange = seen;
  seen();

  // Riddles, checked in place
  all(".riddle").forEach((form) => form.onsubmit = (event) => {
    event.preventDefault();
    const door = one(":checked", form), words = form.closest("section").dataset, hint = form.nextElementSibling;
    const right = door && door.value === form.dataset.door;
    if (right) count("riddle");
    const more = one("p", right ? hint.nextElementSibling : hint), said = document.createElement("span"), status = one("[role]", form);
    said.lang = more.closest("[lang]").lang;
    said.textContent = (right && one("span", more) || more).textContent;
    status.textContent = !door ? words.none : (right ? words.right : words.wrong) + " ";
    if (door) status.append(said);
  });

  // Building, remembered by kit as the furthest step opened
  const step = one("[data-step]"), go = one("#go"), steps = one("ol[data-kit]"), again = one("#again");
  const name = (element) => "build " + element.dataset.kit;
  if (step) keep(name(step), Math.max(+kept(name(step)) || 0, +step.dataset.step));
  if (again) again.onclick = () => keep(name(step), null);
  if (go) {
    const at = +kept(name(go)) || 0, last = +go.dataset.last;
    if (at > 1 && at <= last) {
      go.href = go.href.replace(/(\/build)(\/1)?$/, "$1/" + at);
      go.textContent = go.dataset.go.replace("#", at);
    }
    if (steps) all("li", steps).slice(0, Math.max(0, at - 1)).forEach((done) => {
      done.classList.add("done");
      one("h3", done).insertAdjacentHTML("beforeend", '<span class="vh"></span>');
      one(".vh", done).textContent = ", " + steps.dataset.ticked;
    });
  }

  // Notes lie in a closed part: older browsers do not open it by themselves
  const open = () => { const at = document.getElementById(decodeURIComponent(location.hash.slice(1))), part = at && at.closest("details"); if (part && !part.open) { part.open = true; at.scrollIntoView(); } };
  addEventListener("hashchange", open);
  addEventListener("beforeprint", () => all(".sources details, .ask, details:has(.time)").forEach((part) => part.open = true));
  open();

  // The phone's own voice; only one that needs no network, so that nobody else hears what is read
  const ear = one(".ear"), text = one(".story"), voices = window.speechSynthesis;
  if (!ear || !text || !voices) return;
  const [play, stop] = all("button", ear), label = one("span", play), begin = label.textContent;
  const language = text.closest("[lang]").lang.slice(0, 2);
  const parts = all("h2, h3, p, li", text).filter((part) => !one("p, li", part));
  let voice, at = 0, turn = 0;
  const mark = (part) => { all(".read", text).forEach((old) => old.classList.remove("read")); if (part) part.classList.add("read"); };
  const pause = () => { turn++; voices.cancel(); label.textContent = ear.dataset.go; ear.dataset.state = ""; };
  const end = () => { pause(); at = 0; mark(); label.textContent = begin; stop.hidden = true; ear.classList.remove("on"); };
  const read = () => {
    const part = parts[at], mine = ++turn;
    if (!part) return end();
    const copy = part.cloneNode(true);
    all("sup", copy).forEach((note) => note.remove());
    const said = new SpeechSynthesisUtterance(copy.textContent);
    said.voice = voice;
    said.lang = voice.lang;
    said.onend = () => { if (mine === turn) { at++; read(); } };
    said.onerror = () => { if (mine === turn) end(); };
    mark(part);
    part.scrollIntoView({ block: "center" });
    voices.speak(said);
  };
  play.onclick = () => {
    if (ear.dataset.state) return pause();
    ear.dataset.state = "on";
    label.textContent = ear.dataset.pause;
    ear.classList.add("on");
    stop.hidden = false;
    read();
  };
  stop.onclick = end;
  const look = () => {
    voice = voices.getVoices().find((each) => each.localService && each.lang.slice(0, 2).toLowerCase() === language);
    ear.hidden = !voice;
  };
  voices.addEventListener && voices.addEventListener("voiceschanged", look);
  addEventListener("pagehide", () => voices.cancel());
  look();
})();
