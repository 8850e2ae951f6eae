// Shows what is typed into the password fields of a form, if one wants to see it; without it they stay hidden.
for (const button of document.querySelectorAll("[data-shows]")) {
  const fields = button.form.querySelectorAll("[type=password]");
  const tell = shown => {
    for (const field of fields) field.type = shown ? "text" : "password";
    button.textContent = shown ? button.dataset.hides : button.dataset.shows;
    button.setAttribute("aria-pressed", shown);
  };
  button.onclick = () => tell(fields[0].type === "password");
  button.form.addEventListener("submit", () => tell(false)); // so that the browser offers to keep it
  tell(false);
  button.hidden = false;
}
