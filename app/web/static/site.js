// Keeps what was read for when there is no signal; without it every page works.
(async () => {
  const worker = navigator.serviceWorker, page = document, language = page.documentElement.lang;
  if (!worker || !window.caches) return;
  const claims = () => import("/static/claims.js");

  // A box that is added or a code that is typed without a signal waits.
  page.addEventListener("submit", async event => {
    const form = event.target;
    if (event.defaultPrevented || !worker.controller || !/^b$/i.test(form.action.split("/")[3])) return;
    event.preventDefault();
    if (form.asked) return;
    form.asked = true;
    try {
      await fetch("/sw.js", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout?.(4000) });
      form.submit();
    } catch {
      await (await claims()).wait(form);
    }
    form.asked = false;
  });

  for (const button of page.querySelectorAll("[data-keep-audio]")) {
    const path = button.dataset.keepAudio, sounds = await caches.open("sound"), words = button.textContent;
    const show = async () => {
      button.textContent = (await sounds.match(path)) ? button.dataset.kept : words;
    };
    button.onclick = async () => {
      await ((await sounds.delete(path)) || sounds.add(path).catch(() => {}));
      show();
    };
    show();
    button.hidden = false;
  }

  await worker.register("/sw.js");
  const marked = [...page.querySelectorAll("[data-keep]")].map(each => each.dataset.keep || each.pathname);
  (await worker.ready).active.postMessage([`/${language}/offline`, ...marked]);
  const send = async () => localStorage.claims && (await claims()).send();
  addEventListener("online", send);
  send();
})().catch(() => {});
