// A phone that waits looks every three seconds whether the other one has decided; hidden, it rests.
(() => {
  const waiting = document.querySelector("[data-wait]");
  if (!waiting) return;
  const { wait, state } = waiting.dataset;
  const look = async () => {
    try {
      if (!document.hidden) {
        const answer = await fetch(wait, { cache: "no-store" });
        if (answer.ok && (await answer.text()) !== state) return location.reload();
      }
    } catch {
      // Without signal it goes on waiting; the link on the page does the same by hand.
    }
    setTimeout(look, 3000);
  };
  setTimeout(look, 3000);
})();
