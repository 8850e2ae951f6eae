// The verifier's page: a proof with its plan, or a whole revealed run, from files of this device.
const form = document.querySelector("form"), list = document.getElementById("found");
const SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const number = (value, size) => {
  const bytes = new Uint8Array(size);
  for (let at = size - 1; at >= 0; at--, value = Math.floor(value / 256)) bytes[at] = value % 256;
  return bytes;
};
const signsOf = text => text.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");

// 32 signs of five bits, as they stand on a card, or 64 digits of hex.
function rootOf(text) {
  const bare = text.replace(/[\s-]/g, "");
  if (/^[0-9a-f]{64}$/i.test(bare)) return bare.toLowerCase();
  const bits = [...signsOf(text)].map(sign => SIGNS.indexOf(sign).toString(2).padStart(5, "0")).join("");
  return (bits.match(/[01]{4}/g) || []).map(four => parseInt(four, 2).toString(16)).join("");
}

function printed(root) {
  const bits = [...bytesOf(root)].slice(0, 20).map(byte => byte.toString(2).padStart(8, "0")).join("");
  return bits.match(/.{5}/g).map(five => SIGNS[parseInt(five, 2)]).join("").match(/.{4}/g).join(" ");
}

const mac = async (key, ...parts) => new Uint8Array(await crypto.subtle.sign("HMAC", key, joined(...parts)));
const keyed = bytes => crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);

// Uniform numbers that a key and a label fix (HB1, "Primitives").
function stream(key, label) {
  const head = joined(ascii("HB1/stream"), [label.length], label);
  let buffer = [], block = 0, used = 0;
  return {
    async below(n) {
      if (n === 1) return 0;
      const bits = 32 - Math.clz32(n - 1), size = Math.ceil(bits / 8);
      for (;;) {
        while (buffer.length - used < size) {
          buffer = [...buffer.slice(used), ...(await mac(key, head, number(block++, 8)))];
          used = 0;
        }
        let value = 0;
        for (let at = 0; at < size; at++) value = value * 256 + buffer[used++];
        value %= 2 ** bits;
        if (value < n) return value;
      }
    },
    async shuffle(items) {
      for (let last = items.length - 1; last > 0; last--) {
        const chosen = await this.below(last + 1);
        [items[last], items[chosen]] = [items[chosen], items[last]];
      }
    },
  };
}

async function deal(counts, cases, from, rows) {
  if (cases === 1) return void rows.push(counts);
  const left = Math.floor(cases / 2), whole = counts.map(count => Math.floor((count * left) / cases));
  const parts = counts.map(count => (count * left) % cases), order = [...parts.keys()].filter(kit => parts[kit]);
  if (order.length) {
    await from.shuffle(order);
    let mark = await from.below(cases), upto = 0;
    for (const kit of order) {
      upto += parts[kit];
      if (mark < upto) {
        whole[kit]++;
        mark += cases;
      }
    }
  }
  await deal(whole, left, from, rows);
  await deal(counts.map((count, kit) => count - whole[kit]), cases - left, from, rows);
}

async function treeRoot(leaves) {
  let level = [];
  for (const leaf of leaves) level.push(await sha256([0], leaf));
  while (level.length > 1) {
    const above = [];
    for (let at = 0; at < level.length; at += 2) {
      above.push(at + 1 < level.length ? await sha256([1], level[at], level[at + 1]) : level[at]);
    }
    level = above;
  }
  return hexOf(level[0]);
}

const sorted = value => Array.isArray(value) ? value.map(sorted)
  : value && typeof value === "object" ? Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])]))
  : value;
const isPattern = text => !/[^ -~]/.test(text) && !/[\\.^$*+?]/.test(text.replace(/\[[^\\^[\]]+\]/g, ""));

// A revealed run: everything that was drawn is drawn again (HB1, "Reveal and record").
async function checkReveal(reveal, root, tell) {
  const text = reveal.manifest, plan = JSON.parse(text), { kind, pattern } = plan.beacon;
  const counts = plan.kits.map(kit => kit.count), sum = counts.reduce((one, other) => one + other, 0);
  const seed = bytesOf(reveal.seed), digest = await sha256(ascii(text));
  const labels = reveal.label_commitments.map(bytesOf), cases = plan.boxes / plan.case_size;
  const drawn = kind === "none" ? reveal.beacon_value === "" && pattern === ""
    : isPattern(pattern) && new RegExp(`^(?:${pattern})$`).test(reveal.beacon_value);
  const found = {
    read: reveal.format === "HB1-reveal" && plan.format === "HB1",
    plan: JSON.stringify(sorted(plan)) === text,
    numbers: sum === plan.boxes && Math.min(...counts) > 0 && Number.isInteger(cases) && labels.length === plan.boxes,
    beacon: drawn,
    seed: hexOf(await sha256(ascii("HB1/seed-commitment" + plan.run), [0], seed)) === plan.seed_commitment,
  };
  if (!found.numbers) return found;
  found.label = (await treeRoot(labels)) === plan.labels_root;
  const beacon = await sha256(ascii("HB1/beacon" + kind), [0], ascii(reveal.beacon_value));
  const extracted = await keyed(await mac(await keyed(beacon), seed));
  const key = await keyed(await mac(extracted, ascii("HB1/shuffle"), digest, [1]));
  const rows = [], leaves = [];
  await deal(counts, cases, stream(key, ascii("deal")), rows);
  await stream(key, ascii("rows")).shuffle(rows);
  for (const [place, row] of rows.entries()) {
    const kits = row.flatMap((count, kit) => Array(count).fill(kit));
    await stream(key, joined(ascii("case"), number(place, 4))).shuffle(kits);
    for (const kit of kits) {
      const slot = number(leaves.length, 4), salt = (await mac(key, ascii("HB1/salt"), slot)).slice(0, 16);
      leaves.push(joined(ascii("HB1/leaf"), digest, slot, number(kit, 2), salt, labels[leaves.length]));
    }
    if (place % 64 === 0) tell(leaves.length / plan.boxes);
  }
  found.contents = (await treeRoot(leaves)) === reveal.contents_root && reveal.contents_root.startsWith(root);
  return Object.assign(found, { root: reveal.contents_root, run: plan.run, digest: hexOf(digest) });
}

async function judge() {
  const files = [...form.files.files], root = rootOf(form.root.value), bar = form.querySelector("progress");
  const texts = await Promise.all(files.filter(file => file.name.endsWith(".json")).map(file => file.text()));
  const proof = files.find(file => !file.name.endsWith(".json"));
  if (proof && texts[0]) {
    return checkProof(new Uint8Array(await proof.arrayBuffer()), texts[0], signsOf(form.code.value), root);
  }
  const reveal = texts.map(text => JSON.parse(text)).find(each => each.format === "HB1-reveal");
  if (!reveal) return { read: false };
  bar.hidden = false;
  const found = await checkReveal(reveal, root, share => { bar.value = share; });
  bar.hidden = true;
  return found;
}

form.onsubmit = async event => {
  event.preventDefault();
  form.querySelector("button").disabled = true;
  const found = await judge().catch(() => ({ read: false })), { holds, fails } = list.dataset;
  let whole = true;
  for (const each of list.children) {
    const result = found[each.dataset.check];
    each.hidden = result === undefined;
    each.className = result === true ? "holds" : "fails";
    each.querySelector("b").textContent = result === true ? holds : fails;
    whole &&= result === undefined || result === true;
  }
  for (const name of ["whole", "broken"]) document.getElementById(name).hidden = (name === "whole") !== whole;
  const facts = document.getElementById("facts");
  facts.textContent = [found.run, found.digest, found.root && printed(found.root), found.kit,
    found.edition && `${found.edition} / ${found.boxes}`].filter(Boolean).join("\n");
  facts.hidden = !facts.textContent;
  list.hidden = false;
  form.querySelector("button").disabled = false;
};
if (location.protocol === "file:") document.getElementById("download").hidden = true;
form.hidden = false;
