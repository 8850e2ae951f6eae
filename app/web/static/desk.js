// The desk where a text is written. Everything here may be missing: the form alone can be filled in and sent.
import {keep} from "/static/desk-keep.js";
import {tools} from "/static/desk-tools.js";
import {view} from "/static/desk-view.js";

const room = document.getElementById("room"), form = document.getElementById("desk");
const all = (pick, from = document) => [...from.querySelectorAll(pick)];

// Signs of a summary, counted as the server counts them
for (const field of all("[data-most]", form)) {
  const shown = document.getElementById(field.id + "-count"), most = +field.dataset.most;
  const count = () => {
    const signs = [...field.value.trim().normalize("NFC")].length;
    shown.textContent = `${signs} / ${most}`;
    shown.classList.toggle("over", signs > most);
  };
  field.addEventListener("input", count);
  count();
}

// Rows come and go without a journey to the server
function renumber(key) {
  const list = document.getElementById("rows-" + key);
  all("[data-row] > legend", list).forEach((legend, at) => legend.textContent = `${list.dataset.label} ${at + 1}`);
  all("[data-drop]", list).forEach((drop) => drop.setAttribute("aria-label", `${drop.textContent}: ${drop.closest("[data-row]").firstElementChild.textContent}`));
}
form.addEventListener("click", (event) => {
  const add = event.target.closest("[data-add]"), drop = event.target.closest("[data-drop]");
  if (!add && !drop) return;
  event.preventDefault();
  if (add) {
    const key = add.dataset.add, list = document.getElementById("rows-" + key), made = document.getElementById("new-" + key).content.cloneNode(true);
    const taken = all("[name]", list).map((field) => +field.name.split(".")[1]).filter((at) => at >= 0);
    const at = Math.max(-1, ...taken) + 1;
    for (const each of all("*", made)) for (const name of ["id", "for", "name", "value", "aria-describedby"]) {
      const told = each.getAttribute(name);
      if (told && told.includes("NEW")) each.setAttribute(name, told.replace("NEW", at));
    }
    list.append(made);
    renumber(key);
    list.lastElementChild.querySelector("input, textarea, select").focus();
  } else {
    const row = drop.closest("[data-row]"), list = row.parentElement, next = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    renumber(list.id.slice(5));
    (next ? next.querySelector("input, textarea, select") : list.parentElement.querySelector("[data-add]")).focus();
  }
  form.dispatchEvent(new Event("input", {bubbles: true}));
});

const seen = view(room, form);
if ("writes" in room.dataset) {
  keep(room, form);
  tools(form);
} else seen.begin();
