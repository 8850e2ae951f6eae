// Puts a picture of the kit's library into the text: chosen, told about for those who cannot see it, placed.
import {block, mark} from "/static/desk-tools.js";

const part = document.getElementById("pictures"), text = document.getElementById("body");

/** Return the line that shows a picture; signs that would end the brackets are left out. */
function line(name, alt, adorns) {
  const said = alt.replace(/[[\]\\]/g, " ").split(/\s+/).filter(Boolean).join(" ");
  return adorns ? `![](images/${name} "decorative")` : `![${said}](images/${name})`;
}

function begin() {
  const shelf = document.getElementById("shelf"), asks = document.getElementById("pick"), shown = document.getElementById("pick-name");
  const alt = document.getElementById("pick-alt"), adorns = document.getElementById("pick-adorns"), missing = document.getElementById("pick-missing");
  const insert = document.getElementById("pick-insert"), address = document.getElementById("room").dataset.address;
  let at = text.value.length, chosen = "";

  const stay = () => at = text.selectionEnd;
  for (const name of ["keyup", "pointerup", "blur", "input"]) text.addEventListener(name, stay);

  function ready() {
    for (const button of shelf.querySelectorAll("[data-pick]")) {
      button.hidden = false;
      button.nextElementSibling.hidden = true;
      button.setAttribute("aria-pressed", button.dataset.pick === chosen);
    }
  }
  /** Look whether another window has taken pictures in. */
  async function renew() {
    if (!part.open) return;
    try {
      const answer = await fetch(address), fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("shelf");
      if (!fresh || fresh.innerHTML === shelf.dataset.was) return;
      shelf.dataset.was = fresh.innerHTML;
      shelf.replaceChildren(...fresh.children);
      ready();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // no network: the list stays as it is
    }
  }
  shelf.dataset.was = shelf.innerHTML;

  shelf.addEventListener("click", (event) => {
    const item = event.target.closest("li"), button = item && item.querySelector("[data-pick]");
    if (!button) return;
    chosen = button.dataset.pick;
    shown.textContent = chosen;
    asks.hidden = false;
    missing.hidden = true;
    ready();
    alt.focus();
  });
  const choose = () => { alt.disabled = adorns.checked; missing.hidden = true; };
  adorns.addEventListener("change", choose);
  for (const field of [alt, adorns]) field.addEventListener("input", (event) => event.stopPropagation());
  alt.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); insert.click(); } });
  insert.addEventListener("click", () => {
    if (!adorns.checked && alt.value.trim().length < 3) { missing.hidden = false; return alt.focus(); }
    const found = text.value.indexOf("\n\n", Math.max(0, at - 1)), end = found < 0 ? text.value.trimEnd().length : found;
    mark(text, end, end); // behind the paragraph one was in
    block(text, () => line(chosen, alt.value, adorns.checked));
    alt.value = "";
    asks.hidden = true;
    adorns.checked = false;
    choose();
    chosen = "";
    ready();
  });
  addEventListener("focus", renew);
  document.getElementById("pick-how").hidden = true;
  ready();
}
if (part && text) begin();
