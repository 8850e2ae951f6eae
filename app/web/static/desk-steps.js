// A text's way goes on from what was typed last: a step waits until it is saved, and each save shows which steps there are.
import {bring} from "/static/desk-view.js";

const PAUSE_MS = 300;

export function steps(room, form, keeper) {
  const told = document.getElementById("told"), way = () => document.getElementById("steps");
  const typed = () => [...way().querySelectorAll("textarea, [type=text]")].some((field) => field.value !== field.defaultValue);
  let timer;

  document.addEventListener("submit", async (event) => {
    const step = event.target;
    if (!way().contains(step)) return;
    event.preventDefault();
    if (!await keeper.settle()) return told.scrollIntoView({block: "center"});
    step.elements.version.value = form.elements.version.value; // only this page's own saves bring it on
    step.submit();
  });

  async function refresh() {
    try {
      const answer = await fetch(room.dataset.address), page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("steps"), version = page.querySelector("#desk [name=version]");
      // Nobody's typing and nobody's finger is disturbed; what somebody else has saved since is told elsewhere.
      if (!fresh || version.value !== form.elements.version.value || typed() || way().contains(document.activeElement)) return;
      bring(way(), fresh);
      bring(document.getElementById("state"), page.getElementById("state"));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // no network: the next save will show it
    }
  }
  form.addEventListener("kept", () => { clearTimeout(timer); timer = setTimeout(refresh, PAUSE_MS); });
}
