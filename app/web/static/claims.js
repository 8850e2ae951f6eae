// Boxes that wait in this phone for a signal, and what is said when one comes. site.js loads it when needed.
const language = document.documentElement.lang;
const waiting = () => JSON.parse(localStorage.claims || "{}");
const FINAL = [400, 404, 409]; // the server has looked and will not change its mind

function put(claims) {
  if (Object.keys(claims).length) localStorage.claims = JSON.stringify(claims);
  else localStorage.removeItem("claims");
}

// Says in place of `old`, or over the page until it is tapped, what the page of an answer says.
async function tell(answer, words, old) {
  const said = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(words);
  const box = document.createElement("div"), text = document.createElement(old ? "span" : "a");
  box.className = "told";
  box.setAttribute("role", "status");
  text.textContent = said.textContent;
  box.append(text);
  if (old) {
    old.replaceWith(box);
    box.scrollIntoView({ block: "nearest" });
  } else {
    text.className = "alone";
    text.href = answer.url;
    document.querySelector("main").prepend(box);
    box.popover = "auto";
    box.showPopover?.();
  }
}

// Lets a form wait: a claim with all its fields, a typed code as the address that it stands for.
export async function wait(form) {
  const path = new URL(form.action).pathname, fields = new FormData(form);
  if (fields.has("code")) location = path + encodeURIComponent(fields.get("code"));
  else {
    put({ ...waiting(), [path]: `${new URLSearchParams(fields)}` });
    await tell(await caches.match(`/${language}/offline`), "#claim", form);
  }
}

async function sendEach() {
  for (const [path, fields] of Object.entries(waiting())) {
    const headers = { "Accept-Language": language };
    const answer = await fetch(path, { method: "POST", body: new URLSearchParams(fields), headers });
    if (!answer.ok && !FINAL.includes(answer.status)) continue;
    const left = waiting();
    delete left[path];
    put(left);
    navigator.serviceWorker.controller?.postMessage(["/album"]);
    await tell(answer, ".told[role]");
  }
}

// Sends what waits, one tab at a time: the next one then finds nothing left to send. What a tab has put into
// localStorage is seen by the others a moment later.
export function send() {
  const pause = () => new Promise(done => setTimeout(done, 200));
  const sent = navigator.locks ? navigator.locks.request("claims", () => sendEach().then(pause)) : sendEach();
  return sent.catch(() => {}); // no signal after all: it waits on
}
