// What a box's proof must show, reckoned in this browser with its own SHA-256 (HB1, "Contents root and proof").
const hexOf = bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
const bytesOf = hex => Uint8Array.from(hex.match(/../g) || [], pair => parseInt(pair, 16));
const ascii = text => new TextEncoder().encode(text);
const joined = (...parts) => Uint8Array.from(parts.flatMap(part => [...part]));
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));

// The root in which a path ends, as hex; "" where the path is too long or too short (RFC 9162, section 2.1.3.2).
async function climb(leaf, place, size, path) {
  let last = size - 1, node = await sha256([0], leaf);
  for (const sibling of path) {
    if (!last) return "";
    if (place % 2 || place === last) {
      node = await sha256([1], sibling, node);
      while (place % 2 === 0 && place) [place, last] = [place / 2, last >>> 1];
    } else {
      node = await sha256([1], node, sibling);
    }
    [place, last] = [place >>> 1, last >>> 1];
  }
  return last ? "" : hexOf(node);
}

// Each demand by name, true where it holds. `root` is the published contents root or its beginning, in hex.
async function checkProof(proof, manifest, code, root) {
  const view = new DataView(proof.buffer, proof.byteOffset), length = proof[102];
  if (hexOf(proof.slice(0, 4)) !== "48423150" || proof.length !== 103 + 64 * length) return { read: false };
  const plan = JSON.parse(manifest), boxes = view.getUint32(36), slot = view.getUint32(40);
  const kit = view.getUint16(44), edition = view.getUint32(62), carton = view.getUint32(66);
  const tag = proof.slice(70, 86), hashes = [];
  for (let at = 103; at < proof.length; at += 32) hashes.push(proof.slice(at, at + 32));
  const digest = await sha256(ascii(manifest));
  const label = await sha256(ascii("HB1/label"), proof.slice(40, 44), proof.slice(62, 102));
  const leaf = joined(ascii("HB1/leaf"), digest, proof.slice(40, 62), label);
  const reached = await climb(leaf, slot, boxes, hashes.slice(0, length));
  return {
    read: true,
    plan: hexOf(digest) === hexOf(proof.slice(4, 36)),
    numbers: boxes === plan.boxes && slot < boxes && kit < plan.kits.length &&
      edition >= 1 && edition <= boxes && carton >= 1 && carton <= boxes / plan.case_size,
    code: hexOf(await sha256(ascii("HB1/tag" + code))).startsWith(hexOf(tag)),
    label: (await climb(label, slot, boxes, hashes.slice(length))) === plan.labels_root,
    contents: root.length >= 40 && reached.startsWith(root),
    kit: plan.kits[kit]?.id, edition, boxes,
  };
}

// A box's own page: the proof and the plan stand on it, so that nothing more is fetched.
const box = document.querySelector("[data-proof]");
if (box && globalThis.crypto?.subtle) {
  const manifest = document.getElementById("manifest").textContent, { proof, code, root } = box.dataset;
  checkProof(bytesOf(proof), manifest, code, root).catch(() => ({})).then(found => {
    let whole = true;
    for (const each of box.children) {
      const holds = found[each.dataset.check] === true;
      each.className = holds ? "holds" : "fails";
      each.querySelector("b").textContent = box.dataset[holds ? "holds" : "fails"];
      whole &&= holds;
    }
    document.getElementById(whole ? "whole" : "broken").hidden = false;
    document.getElementById("unchecked").hidden = true;
  });
}
