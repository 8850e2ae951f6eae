// The pages of a kit's pictures. Everything here may be missing: the forms alone can be filled in and sent.
const taking = document.getElementById("take"), telling = document.getElementById("tell");

// A picture is sent, and one sees how far it is
function upload(form) {
  const {file, name, csrf_token: token} = form.elements, words = form.dataset, wrong = document.getElementById("wrong");
  const way = document.getElementById("way"), far = document.getElementById("far"), status = document.getElementById("status");
  const button = form.querySelector("[type=submit]");
  let proposed = "";

  const plain = (said) => said.replace(/\.[^.]*$/, "").toLowerCase().replaceAll("đ", "d").normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^a-z0-9]+/g, "-").slice(0, 50).replace(/^-|-$/g, "");
  function refuse(said) {
    wrong.replaceChildren();
    if (!said) return;
    const box = document.createElement("div");
    box.className = "told";
    box.textContent = said;
    wrong.append(box);
    box.scrollIntoView({block: "center"});
  }
  function look() {
    const chosen = file.files[0];
    refuse(chosen && chosen.size > +words.most ? words.large : "");
    if (!chosen || (name.value && name.value !== proposed)) return;
    name.value = proposed = plain(chosen.name);
  }
  file.addEventListener("change", look);
  if (file.files.length) look(); // chosen before this script came

  function end(said) {
    way.hidden = true;
    button.disabled = false;
    status.textContent = "";
    refuse(said);
  }
  function send(again) {
    const sent = new XMLHttpRequest();
    sent.open("POST", form.getAttribute("action"));
    sent.setRequestHeader("X-Requested-With", "fetch");
    sent.responseType = "json";
    sent.upload.addEventListener("progress", (event) => { if (event.lengthComputable) far.value = event.loaded / event.total; });
    sent.upload.addEventListener("load", () => { far.removeAttribute("value"); status.textContent = words.working; });
    sent.addEventListener("error", () => end(words.failed));
    sent.addEventListener("load", () => {
      const told = sent.response || {};
      if (told.address) location.assign(told.address);
      else if (told.csrf_token && again) { token.value = told.csrf_token; send(false); }
      else end(told.said || (sent.status === 401 ? words.signedOut : sent.status === 413 ? words.large : words.failed));
    });
    sent.send(new FormData(form));
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = file.files[0];
    if (chosen && chosen.size > +words.most) return refuse(words.large);
    refuse("");
    button.disabled = true;
    way.hidden = false;
    far.value = 0;
    status.textContent = words.sending;
    send(true);
  });
  addEventListener("pageshow", (event) => { if (event.persisted) end(""); });
}

// What must be seen: a click on the picture, or two numbers
function focal(form) {
  const aim = document.getElementById("aim"), whole = aim.querySelector("img"), cut = document.querySelector("#cut img");
  const {left, top} = form.elements, box = aim.querySelector("svg").viewBox.baseVal, lines = aim.querySelectorAll("path");
  cut.src = whole.src;
  function draw() {
    const x = Math.min(100, Math.max(0, left.valueAsNumber || 0)), y = Math.min(100, Math.max(0, top.valueAsNumber || 0));
    const across = box.width * x / 100, down = box.height * y / 100;
    for (const line of lines) line.setAttribute("d", `M${across} 0V${box.height}M0 ${down}H${box.width}`);
    cut.style.objectPosition = `${x}% ${y}%`;
  }
  const part = (at, from, size) => Math.min(100, Math.max(0, Math.round((at - from) / size * 100)));
  aim.addEventListener("click", (event) => {
    const seen = whole.getBoundingClientRect();
    left.value = part(event.clientX, seen.left, seen.width);
    top.value = part(event.clientY, seen.top, seen.height);
    draw();
  });
  for (const field of [left, top]) field.addEventListener("input", draw);
  aim.classList.add("ready");
  draw();
}

if (taking) upload(taking);
if (telling) focal(telling);
