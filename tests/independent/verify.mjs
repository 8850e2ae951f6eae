// An independent verifier for HB1, written from HB1.md alone. Plain Node.js 18, no packages.
//   node verify.mjs FILE...                                          reveals or logs
//   node verify.mjs PROOF --manifest FILE --root HEX --code CODE     a proof
//   node verify.mjs --example HB1.md                                 the worked example
// Several files: one JSON object a line. Exit code: 0 holds, 1 refused, 2 cannot be read.
import { createHash, createHmac, createCipheriv } from "node:crypto";
import { readFileSync } from "node:fs";
class Refused extends Error {}
const refuse = (why) => { throw new Refused(why); };
const demand = (condition, why) => { if (!condition) refuse(why); };
function refusal(check) {                     // why the check refuses; "" if it does not
  try { check(); return ""; } catch (error) { if (error instanceof Refused) return error.message; throw error; }
}
// ---- How to read this page: bytes, integers, hex -------------------------------------------
const ascii = (text) => Buffer.from(text, "utf8"), u8 = (n) => Buffer.from([n]);
const u16 = (n) => u32(n).subarray(2), u64 = (n) => join(u32(Math.floor(n / 2 ** 32)), u32(n % 2 ** 32));
const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
const join = (...parts) => Buffer.concat(parts.map((p) => (typeof p === "string" ? ascii(p) : p)));
const isHash = (text) => typeof text === "string" && /^[0-9a-f]{64}$/.test(text);
const bytesOf = (hex) => Buffer.from(hex, "hex"), ZEROS = "0".repeat(64);
// ---- Primitives -----------------------------------------------------------------------------
const digest = (hash, parts) => { for (const part of parts) hash.update(part); return hash.digest(); };
const sha256 = (...parts) => digest(createHash("sha256"), parts), hmac = (key, ...parts) => digest(createHmac("sha256", key), parts);
const expand = (key, ...info) => hmac(key, ...info, u8(1));
class Stream {
  constructor(key, ...label) {
    const name = join(...label);
    Object.assign(this, { key, head: join("HB1/stream", u8(name.length), name), index: 0, block: Buffer.alloc(0), place: 0 });
  }
  byte() {
    if (this.place === this.block.length) { this.block = hmac(this.key, this.head, u64(this.index++)); this.place = 0; }
    return this.block[this.place++];
  }
  below(n) {                                   // n is at most 2^32 here: 4 bytes, exact as a double
    if (n === 1) return 0;
    const bits = 32 - Math.clz32(n - 1);
    for (let x = 0; ; x = 0) {
      for (let i = 0; i < bits; i += 8) x = x * 256 + this.byte();
      x %= 2 ** bits;
      if (x < n) return x;
    }
  }
  belows(count, n) { return Array.from({ length: count }, () => this.below(n)); }
  shuffle(list) {
    for (let i = list.length - 1; i >= 1; i--) { const r = this.below(i + 1); [list[i], list[r]] = [list[r], list[i]]; }
    return list;
  }
}
// ---- The tree -------------------------------------------------------------------------------
const leafHash = (leaf) => sha256(u8(0), leaf), nodeHash = (left, right) => sha256(u8(1), left, right);
function treeLevels(leafHashes) {
  const levels = [leafHashes];
  while (levels.at(-1).length > 1) {
    const row = levels.at(-1), above = [];
    for (let i = 0; i + 1 < row.length; i += 2) above.push(nodeHash(row[i], row[i + 1]));
    if (row.length % 2) above.push(row.at(-1));       // an odd one moves up unchanged
    levels.push(above);
  }
  return levels;
}
const treeRoot = (leafHashes) => treeLevels(leafHashes).at(-1)[0];
const treePath = (levels, j) =>
  levels.slice(0, -1).map((row, height) => row[Math.floor(j / 2 ** height) ^ 1]).filter((other) => other);
function rootFromPath(leaf, j, boxes, path) {
  let place = j, last = boxes - 1, hash = leafHash(leaf);
  demand(j < boxes, "the slot is not below the number of boxes");
  const up = () => { place = Math.floor(place / 2); last = Math.floor(last / 2); };
  for (const other of path) {
    demand(last > 0, "a path is too long");
    if (place % 2 === 1 || place === last) {
      hash = nodeHash(other, hash);
      while (place % 2 === 0 && place > 0) up();
    } else hash = nodeHash(hash, other);
    up();
  }
  demand(last === 0, "a path is too short");
  return hash;
}
// ---- JSON: strict reading (no member twice), one spelling ---------------------------------------------
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });       // keeps, so refuses, a byte order mark
const readUtf8 = (bytes) => { try { return UTF8.decode(bytes); } catch { return refuse("not UTF-8"); } };
// JSON.parse keeps the last of two members of one name: so count the names in the text and in the tree.
function countNames(text) {
  let names = 0;
  for (let i = text.indexOf('"'); i >= 0; i = text.indexOf('"', i)) {
    for (i++; text[i] !== '"'; i++) if (text[i] === "\\") i++;
    for (i++; " \t\n\r".includes(text[i]); ) i++;
    if (text[i] === ":") names++;
  }
  return names;
}
const countMembers = (tree) => (typeof tree !== "object" || tree === null ? 0
  : Object.values(tree).reduce((sum, value) => sum + countMembers(value), isObject(tree) ? Object.keys(tree).length : 0));
function parseJson(text) {
  let tree, members;
  try { tree = JSON.parse(text); members = countMembers(tree); } catch { refuse("not JSON"); }
  demand(countNames(text) === members, "a member is named twice");
  return tree;
}
// Manifest, "One spelling". JSON.stringify escapes exactly what is listed there (lone surrogates: see isText).
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isInteger = (value, least, most = 2 ** 53 - 1) => Number.isInteger(value) && value >= least && value <= most;
const isText = (value) => typeof value === "string" && !/\p{Surrogate}/u.test(value) && value === value.normalize("NFC");
function demandMembers(value, names, what) {
  const own = isObject(value) && Object.keys(value).sort();
  demand(JSON.stringify(own) === JSON.stringify([...names].sort()), `${what} has not exactly its members`);
}
// ---- Beacon: the grammar of patterns ----------------------------------------------------------
// Returns alternatives: a list of sequences of {part, count}; a part is a Set of signs or alternatives.
function parsePattern(pattern) {
  const check = (condition, why) => demand(condition, `pattern: ${why}`);
  check(/^[ -~]{0,256}$/.test(pattern), "more than 256 signs, or one that is not printable ASCII");
  let at = 0;
  const bracket = () => {
    const close = pattern.indexOf("]", at), inside = pattern.slice(at, close), signs = new Set();
    check(close > at && !/[\\^[]/.test(inside), "a bracket that is open, empty or has a sign that may not be in it");
    for (let i = 0; i < inside.length; ) {
      const range = inside[i + 1] === "-" && i + 2 < inside.length, from = inside[i], to = range ? inside[i + 2] : from;
      check(from !== "-" && to !== "-" && from <= to, "- out of place, or a range runs backwards");
      check(/[0-9A-Za-z]/.test(from) || !signs.has(from), "a sign included already");
      for (let c = from.charCodeAt(0); c <= to.charCodeAt(0); c++) signs.add(String.fromCharCode(c));
      i += range ? 3 : 1;
    }
    at = close + 1;
    return { part: signs, places: 1 };
  };
  const single = (depth) => {
    const sign = pattern[at++];
    if (sign === "[") return bracket();
    if (sign === "(") {
      check(depth < 16, "groups too deep");
      const group = alternatives(depth + 1);
      check(pattern[at++] === ")", "( without )");
      return group;
    }
    check(!"\\.^$*+?{}[]()|".includes(sign), `${sign} out of place`);
    return { part: new Set([sign]), places: 1 };
  };
  const alternatives = (depth) => {
    let part = [], places = 0, sequence;
    do {
      part.push(sequence = []);
      while (at < pattern.length && pattern[at] !== "|" && pattern[at] !== ")") {
        const one = single(depth), [braces, count] = /^\{([1-9][0-9]{0,3})\}/.exec(pattern.slice(at)) ?? ["", 1];
        at += braces.length;
        sequence.push({ part: one.part, count: Number(count) });
        places += one.places * count;
      }
      check(sequence.length > 0, "an empty alternative");
    } while (pattern[at] === "|" && ++at);
    return { part, places };
  };
  const whole = alternatives(0);
  check(at === pattern.length && whole.places <= 4096, ") without (, or more than 4096 places");
  return whole.part;
}
// All places that the part can reach from the places given; the value must be used up.
function reach(part, starts, value) {
  const ends = new Set();
  if (part instanceof Set) for (const p of starts) if (p < value.length && part.has(value[p])) ends.add(p + 1);
  if (Array.isArray(part)) for (const sequence of part) {
    let places = starts;
    for (const { part: inner, count } of sequence)
      for (let i = 0; i < count && places.size > 0; i++) places = reach(inner, places, value);
    for (const p of places) ends.add(p);
  }
  return ends;
}
const matchesWhole = (pattern, value) => reach(parsePattern(pattern), new Set([0]), value).has(value.length);
// ---- Manifest -----------------------------------------------------------------------------------
const MANIFEST_MEMBERS = "format maker series run number previous boxes case_size kits beacon seed_commitment labels_root".split(" ");
function readManifest(text) {
  const tree = parseJson(text), m = { ...tree };
  const check = (condition, what) => demand(condition, `manifest: ${what}`);
  demandMembers(tree, MANIFEST_MEMBERS, "manifest");
  check(m.format === "HB1" && isText(m.maker) && isText(m.series), "format is not HB1, or maker or series no text in NFC");
  check(typeof m.run === "string" && /^[A-Z0-9-]{1,32}$/.test(m.run), "run has not its form");
  check(isInteger(m.number, 1), "number");
  check(isHash(m.previous) && (m.number === 1) === (m.previous === ZEROS), "previous is no hash, or not 64 zeros for number 1 only");
  check(isInteger(m.boxes, 1, 2 ** 32 - 1), "boxes");
  check(isInteger(m.case_size, 1) && m.boxes % m.case_size === 0, "case_size does not divide boxes");
  check(isHash(m.seed_commitment) && isHash(m.labels_root), "seed_commitment or labels_root is no hash");
  check(Array.isArray(m.kits) && m.kits.length >= 1 && m.kits.length <= 65536, "kits");
  for (const kit of m.kits) {
    demandMembers(kit, ["count", "id"], "manifest: kit");
    check(isText(kit.id) && isInteger(kit.count, 1, m.boxes), "a kit's id or count");
  }
  Object.assign(m, { ids: m.kits.map((kit) => kit.id), counts: m.kits.map((kit) => kit.count) });
  check(new Set(m.ids).size === m.ids.length, "a kit stands twice");
  check(m.counts.reduce((a, b) => a + b, 0) === m.boxes, "counts do not sum to boxes");
  demandMembers(m.beacon, ["description", "kind", "pattern"], "manifest: beacon");
  const { kind, description, pattern } = m.beacon;
  check(["none", "ceremony", "drand"].includes(kind) && isText(description) && isText(pattern), "beacon");
  if (kind === "none") check(pattern === "", "beacon none has a pattern");
  if (kind === "ceremony") parsePattern(pattern);
  if (kind === "drand") check(/^[0-9a-f]{64}\/[1-9][0-9]{0,18}$/.test(description) && pattern === "[0-9a-f]{64}", "drand's texts");
  check(canonical(tree) === text, "not in the one spelling");
  return Object.assign(m, { cases: m.boxes / m.case_size, md: sha256(text) });
}
const seedCommitment = (run, seed) => sha256("HB1/seed-commitment", run, u8(0), seed);
// ---- Allocation -----------------------------------------------------------------------------------
const drawKey = (beta, seed, md) => expand(hmac(beta, seed), "HB1/shuffle", md);
const beaconHash = (kind, value) => sha256("HB1/beacon", kind, u8(0), value);
function timesDiv(a, b, n) {                 // [a·b div n, a·b mod n]; a·b may need 64 bits
  if (a * b <= Number.MAX_SAFE_INTEGER) return [(a * b - (a * b % n)) / n, a * b % n];
  const exact = BigInt(a) * BigInt(b);
  return [Number(exact / BigInt(n)), Number(exact % BigInt(n))];
}
// Rows are sparse: lists of [kit, count], kits ascending, counts above 0.
function deal(row, cases, stream, rows) {
  if (cases === 1) { rows.push(row); return; }
  const left = Math.floor(cases / 2), whole = new Map(), part = new Map(), some = ([, count]) => count > 0;
  for (const [kit, count] of row) {
    const [quotient, rest] = timesDiv(count, left, cases);
    whole.set(kit, quotient);
    if (rest > 0) part.set(kit, rest);
  }
  if (part.size > 0) {
    const order = stream.shuffle([...part.keys()]);
    let mark = stream.below(cases), upto = 0;
    for (const kit of order) {
      upto += part.get(kit);
      if (mark < upto) { whole.set(kit, whole.get(kit) + 1); mark += cases; }
    }
  }
  deal(row.map(([kit]) => [kit, whole.get(kit)]).filter(some), left, stream, rows);
  deal(row.map(([kit, count]) => [kit, count - whole.get(kit)]).filter(some), cases - left, stream, rows);
}
function allocate(counts, cases, S) {
  const dealt = [];
  deal(counts.map((count, kit) => [kit, count]), cases, new Stream(S, "deal"), dealt);
  const rows = new Stream(S, "rows").shuffle([...dealt]);
  const content = (row) => row.flatMap(([kit, count]) => Array(count).fill(kit));
  const kits = rows.flatMap((row, g) => new Stream(S, "case", u32(g)).shuffle(content(row)));
  return { dealt, rows, kits };
}
// ---- Contents root; The digest in words -----------------------------------------------------------
const saltOf = (S, j) => hmac(S, "HB1/salt", u32(j)).subarray(0, 16);
const leafOf = (md, j, kit, salt, C) => join("HB1/leaf", md, u32(j), u16(kit), salt, C);
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const bitsOf = (bytes) => [...bytes].map((b) => b.toString(2).padStart(8, "0")).join("");
const printedRoot = (root) => bitsOf(root.subarray(0, 20)).match(/.{5}/g).map((five) => ALPHABET[parseInt(five, 2)]).join("");
function digestWords(digest) {
  return bitsOf(join(digest, sha256(digest).subarray(0, 1))).match(/.{11}/g).map((eleven) => {
    const x = parseInt(eleven, 2), [d, c, b, a] = [x % 4, (x >> 2) % 12, Math.floor(x / 48) % 5, Math.floor(x / 240)];
    return "bghklmntvypc"[a] + "aeiou"[b] + "bghklmntvypc"[c] + "aeiou".replace("aeiou"[b], "")[d];
  });
}
// ---- Reveal: "What a verifier does", steps 1 to 8 ---------------------------------------------------
const REVEAL_MEMBERS = ["format", "manifest", "beacon_value", "seed", "label_commitments", "contents_root"];
function checkReveal(r, result) {                                        // step 1 was readUtf8 and parseJson
  demandMembers(r, REVEAL_MEMBERS, "reveal");                            // step 2
  demand(r.format === "HB1-reveal" && [r.manifest, r.beacon_value].every((t) => typeof t === "string"), "reveal: format or texts");
  demand(isHash(r.seed) && isHash(r.contents_root), "reveal: seed or contents_root is not 64 digits of hex");
  demand(Array.isArray(r.label_commitments) && r.label_commitments.every(isHash), "reveal: label_commitments are not all hashes");
  const m = readManifest(r.manifest);                                    // step 3
  Object.assign(result, { run: m.run, manifest: m.md.toString("hex"), words: digestWords(m.md) });
  const value = r.beacon_value;                                          // step 4
  const fits = m.beacon.kind === "none" ? value === "" : matchesWhole(m.beacon.pattern, value);
  demand(fits, "beacon_value does not match the pattern");
  const seed = bytesOf(r.seed);                                          // step 5
  demand(seedCommitment(m.run, seed).toString("hex") === m.seed_commitment, "the seed is not the one committed to");
  demand(r.label_commitments.length === m.boxes, "number of label commitments is not boxes");    // step 6
  const labels = r.label_commitments.map(bytesOf);                       // step 7
  demand(treeRoot(labels.map(leafHash)).toString("hex") === m.labels_root, "label commitments have another root than labels_root");
  const S = drawKey(beaconHash(m.beacon.kind, value), seed, m.md);       // step 8
  const { kits } = allocate(m.counts, m.cases, S);
  const root = treeRoot(kits.map((kit, j) => leafHash(leafOf(m.md, j, kit, saltOf(S, j), labels[j]))));
  const drawn = kits.reduce((sums, kit) => { sums[kit]++; return sums; }, m.ids.map(() => 0));
  Object.assign(result, { contents_root: root.toString("hex"), printed_root: printedRoot(root), first_kits: kits.slice(0, 24),
    kits: Object.fromEntries(m.ids.map((id, kit) => [id, drawn[kit]])), allocation_sha256: sha256(Buffer.concat(kits.map(u16))).toString("hex") });
  demand(root.toString("hex") === r.contents_root, "the draw gives another contents root");
  return m;
}
// ---- Codes and labels --------------------------------------------------------------------------------
const times = (x) => (x < 16 ? 2 * x : (2 * x) ^ 37);
const checkSign = (values) => ALPHABET[values.reduce((check, v) => times(check ^ v), 0)];
function readCode(typed) {
  const code = typed.replace(/[a-z]/g, (c) => c.toUpperCase()).replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  demand(code.length === 18 && [...code].every((sign) => ALPHABET.includes(sign)), "the code has not 18 signs of the alphabet");
  demand(checkSign([...code.slice(0, 17)].map((sign) => ALPHABET.indexOf(sign))) === code[17], "the code's check character is wrong");
  return code;
}
const tagOf = (code) => sha256("HB1/tag", code).subarray(0, 16);
const labelOf = (j, u, v, tag, lsalt) => sha256("HB1/label", u32(j), u32(u), u32(v), tag, lsalt);
// ---- A proof: "What a checker demands", steps 1 to 10 ----------------------------------------------
function checkProof(proof, manifestBytes, publishedRoot, typedCode, result) {
  const code = readCode(typedCode);                                      // before anything is looked up
  demand(proof.length >= 103 && proof.toString("latin1", 0, 4) === "HB1P", "no HB1 proof");   // step 1
  const L = proof[102];
  demand(proof.length === 103 + 64 * L, "the proof has not the length that L says");
  const m = readManifest(readUtf8(manifestBytes));                       // step 2
  demand(proof.subarray(4, 36).equals(m.md), "the proof is of another manifest");             // step 3
  demand(proof.readUInt32BE(36) === m.boxes, "the proof's N is not boxes");                   // step 4
  const j = proof.readUInt32BE(40), kit = proof.readUInt16BE(44), salt = proof.subarray(46, 62);
  const u = proof.readUInt32BE(62), v = proof.readUInt32BE(66), tag = proof.subarray(70, 86), lsalt = proof.subarray(86, 102);
  demand(j < m.boxes, "the slot is not below the number of boxes");                           // step 5
  demand(kit < m.ids.length, "no such kit");                                                  // step 6
  demand(u >= 1 && u <= m.boxes && v >= 1 && v <= m.cases, "edition or case number out of range");   // step 7
  demand(tag.equals(tagOf(code)), "the proof is of another code");                            // step 8
  const path = (from) => Array.from({ length: L }, (_, i) => proof.subarray(from + 32 * i, from + 32 * i + 32));
  const C = labelOf(j, u, v, tag, lsalt);
  const root = rootFromPath(leafOf(m.md, j, kit, salt, C), j, m.boxes, path(103));            // step 9
  demand(root.toString("hex") === publishedRoot, "the contents path leads to another root");
  const labelsRoot = rootFromPath(C, j, m.boxes, path(103 + 32 * L));                         // step 10
  demand(labelsRoot.toString("hex") === m.labels_root, "the labels path leads to another root");
  Object.assign(result, { edition: u, kit: m.ids[kit], slot: j });
}
// ---- The log ----------------------------------------------------------------------------------------
const LOG_COMMON = ["format", "number", "previous", "at", "run", "did"];
const DEEDS = new Map(Object.entries({ adopted: ["manifest", "root", "state"], planned: ["boxes"], committed: ["manifest"],
  witnessed: ["what", "where"], sealed: ["root"], printed: ["boxes", "thing"], spoiled: ["boxes", "thing"], voided: ["boxes"],
  "on sale": [], viewed: ["why"], revealed: ["ended", "seed"] }));
function isMoment(text) {
  if (!isText(text) || !/^[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}Z$/.test(text)) return false;
  const time = new Date(text);               // JavaScript turns 30 February into 1 March, so compare
  return !Number.isNaN(time.getTime()) && time.toISOString() === text.replace("Z", ".000Z");
}
function checkEntry(text, number, previous) {
  const e = parseJson(text);
  demand(isObject(e) && DEEDS.has(e.did), "no such deed");
  demandMembers(e, [...LOG_COMMON, ...DEEDS.get(e.did)], "entry");
  demand(e.format === "HB1-log" && isMoment(e.at), "format is not HB1-log, or at no day and time in UTC");
  for (const [name, value] of Object.entries(e)) {
    if (name === "number" || name === "boxes") demand(isInteger(value, 0), `${name} is no integer`);
    else demand(isText(value), `${name} is no text in NFC`);
    const mayBeEmpty = e.did === "adopted" && value === "";
    if (["previous", "manifest", "root", "seed"].includes(name)) demand(isHash(value) || mayBeEmpty, `${name} is no hash`);
  }
  demand(/^[A-Z0-9-]{1,32}$/.test(e.run), "run has not its form");
  demand(canonical(e) === text, "not in the one spelling");
  demand(e.number === number && e.previous === previous, `number is not ${number}, or previous not the hash of the entry before`);
}
function checkLog(tree, result) {
  demand(Array.isArray(tree.entries) && tree.entries.every((text) => typeof text === "string"), "entries is no list of texts");
  if (Object.hasOwn(tree, "format")) demand(tree.format === "HB1-log-list", "format is not HB1-log-list");
  for (const text of tree.entries) {
    const why = refusal(() => checkEntry(text, result.entries + 1, result.head));
    demand(why === "", `entry ${result.entries + 1}: ${why}`);
    Object.assign(result, { entries: result.entries + 1, head: sha256(text).toString("hex") });
  }
  if (Object.hasOwn(tree, "head")) demand(tree.head === result.head, "head is not the last entry's hash");
}
// ---- Worked example (with Secrets and What the server stores, which only it needs) ------------------
function reproduceExample(given) {           // given: the first seven values; returns name -> value
  const out = new Map();
  const put = (name, value) => out.set(name, Buffer.isBuffer(value) ? value.toString("hex") : Array.isArray(value) ? value.join(" ") : value);
  const R = bytesOf(given.get("run secret")), [series, run] = given.get("series and run").split(" ");
  const [boxes, caseSize] = given.get("boxes and case size").split(" ").map(Number), cases = boxes / caseSize;
  const kits = given.get("kits").split(" ").map((k) => k.split("=")), counts = kits.map(([, count]) => Number(count)), slots = [...Array(boxes).keys()];
  const [, kind, pattern, description] = /^(\S+) (\S+) (.*)$/.exec(given.get("beacon")), value = given.get("beacon value");
  const seed = expand(R, "HB1/seed"), kL = expand(R, "HB1/labels"), kC = expand(R, "HB1/codes");
  const numbered = (n, label) => new Stream(kL, label).shuffle(Array.from({ length: n }, (_, i) => i + 1));
  const U = numbered(boxes, "edition"), V = numbered(cases, "carton"), caseOf = (j) => V[Math.floor(j / caseSize)];
  const codes = slots.map((j) => new Stream(kC, "code", u32(j)).belows(17, 32))
    .map((signs) => signs.map((x) => ALPHABET[x]).join("") + checkSign(signs));
  const tags = codes.map(tagOf), lsalts = slots.map((j) => hmac(kL, "HB1/lsalt", u32(j)).subarray(0, 16));
  const labels = slots.map((j) => labelOf(j, U[j], caseOf(j), tags[j], lsalts[j])), labelLevels = treeLevels(labels.map(leafHash));
  const manifest = canonical({ format: "HB1", maker: given.get("maker"), series, run, number: 1, previous: ZEROS, boxes,
    case_size: caseSize, kits: kits.map(([id], k) => ({ id, count: counts[k] })), beacon: { kind, pattern, description },
    seed_commitment: seedCommitment(run, seed).toString("hex"), labels_root: labelLevels.at(-1)[0].toString("hex") });
  const md = readManifest(manifest).md, beta = beaconHash(kind, value), S = drawKey(beta, seed, md);
  put("labels root", labelLevels.at(-1)[0]); put("seed commitment", seedCommitment(run, seed)); put("md in words", digestWords(md)); put("HMAC(beta, seed)", hmac(beta, seed));
  for (const [name, what] of Object.entries({ seed, kL, kC, U, V, manifest, md, beta, S })) put(name, what);
  const draw = allocate(counts, cases, S);
  const rowText = (rows) => rows.map((row) => counts.map((_, k) => new Map(row).get(k) ?? 0).join(" ")).join(", ");
  put("rows as dealt", rowText(draw.dealt)); put("rows shuffled", rowText(draw.rows)); put("kit by slot", draw.kits);
  const leaves = slots.map((j) => leafOf(md, j, draw.kits[j], saltOf(S, j), labels[j])), levels = treeLevels(leaves.map(leafHash));
  const root = levels.at(-1)[0];
  for (const j of slots) {
    const path = treePath(levels, j), salt = saltOf(S, j), numbers = [u32(U[j]), u32(caseOf(j))];
    const key = expand(hmac("", codes[j]), "HB1/seal", run), plain = join(u32(j), u16(draw.kits[j]), salt, ...numbers, lsalts[j]);
    const gcm = createCipheriv("aes-256-gcm", key, Buffer.alloc(12)).setAAD(tags[j]);
    const proof = join("HB1P", md, u32(boxes), u32(j), u16(draw.kits[j]), salt, ...numbers, tags[j], lsalts[j], u8(path.length), ...path, ...treePath(labelLevels, j));
    const mine = { code: codes[j], tag: tags[j], lsalt: lsalts[j], C: labels[j], salt, leaf: leaves[j], "leaf hash": levels[0][j], proof,
      "sealing key": key, plaintext: plain, sealed: join(gcm.update(plain), gcm.final(), gcm.getAuthTag()) };
    for (const [name, what] of Object.entries(mine)) put(`slot ${j} ${name}`, what);
    checkProof(proof, ascii(manifest), root.toString("hex"), codes[j], {});          // and each proof must pass
  }
  const reveal = canonical({ format: "HB1-reveal", manifest, beacon_value: value, seed: seed.toString("hex"),
    label_commitments: labels.map((C) => C.toString("hex")), contents_root: root.toString("hex") });
  checkReveal(parseJson(reveal), {}); put("SHA256 of our reveal", sha256(reveal)); put("contents root", root); put("printed root", printedRoot(root));
  const key = Buffer.from(Array.from({ length: 32 }, (_, i) => i)), stream = new Stream(key, "test");
  put("Stream(key 00..1f, test) 40 bytes", Buffer.from(stream.belows(40, 256)));
  const afresh = new Stream(key, "test");                                // not what "then" says, but what is meant
  put("anew, ten below(12)", afresh.belows(10, 12)); put("then five below(1000003)", afresh.belows(5, 1000003));
  put("deal 5 4 3 to 6 cases, S 00..1f", allocate([5, 4, 3], 6, key).kits);
  const five = treeLevels([..."01234"].map((digit) => leafHash(ascii(digit))));
  put("root of leaves 0 1 2 3 4", five.at(-1)[0]);
  for (const j of [2, 4]) put(`path of leaf ${j}`, treePath(five, j).map((hash) => hash.toString("hex")));
  const entry = canonical({ format: "HB1-log", number: 1, previous: ZEROS, at: "2026-11-21T09:30:00Z", run, did: "planned", boxes });
  checkEntry(entry, 1, ZEROS); put("a first log entry", entry); put("its hash", sha256(entry));
  return out;
}
function runExample(page) {
  const rows = [...page.slice(page.indexOf("## Worked example")).matchAll(/^\| (.+?) \| `(.*)` \|$/gm)].map((m) => [m[1], m[2]]);
  const mine = reproduceExample(new Map(rows.slice(0, 7))), asked = rows.slice(7);
  const differ = asked.filter(([name, value]) => mine.get(name) !== value);
  for (const [name, value] of differ) console.error(`${name}:\n  page ${value}\n  mine ${mine.get(name)}`);
  console.log(JSON.stringify({ values: asked.length, reproduced: asked.length - differ.length, differ: differ.map(([name]) => name) }));
  return asked.length > 0 && differ.length === 0;
}
// ---- Command line -----------------------------------------------------------------------------------
function report(result, check) {             // prints the result; true if it holds
  const why = refusal(check);
  console.log(JSON.stringify(Object.assign(result, { holds: why === "", why })));
  return result.holds;
}
function checkFile(bytes, seen) {
  let tree = null;
  const unread = refusal(() => { tree = parseJson(readUtf8(bytes)); });
  const log = { holds: false, why: "", entries: 0, head: ZEROS };
  if (isObject(tree) && Object.hasOwn(tree, "entries") && tree.format !== "HB1-reveal") return report(log, () => checkLog(tree, log));
  const result = { run: null, holds: false, why: "", manifest: null, contents_root: null, printed_root: null,
    words: [], kits: {}, first_kits: [], allocation_sha256: null };
  return report(result, () => { demand(unread === "", unread); seen.push(checkReveal(tree, result)); });
}
// Manifest, "The chain": with several manifests of one maker.
function checkChain(manifests) {
  const pairs = manifests.flatMap((one) => manifests.filter((other) => one.maker === other.maker).map((other) => [one, other]));
  const broken = pairs.filter(([one, other]) => (one.number === other.number && !one.md.equals(other.md))
    || (one.number === other.number + 1 && one.previous !== other.md.toString("hex")));
  for (const [one, other] of broken) console.error(`chain: ${one.run} (${one.number}) does not fit ${other.run} (${other.number})`);
  return broken.length === 0;
}
function main(args) {
  const files = [], options = {};
  for (let i = 0; i < args.length; i++)
    if (/^--(example|manifest|root|code)$/.test(args[i])) options[args[i].slice(2)] = args[++i] ?? ""; else files.push(args[i]);
  if (options.example !== undefined) return runExample(readFileSync(options.example, "utf8")) ? 0 : 1;
  if (options.manifest !== undefined) {
    if (files.length !== 1 || !isHash(options.root) || options.code === undefined)
      throw new Error("a proof needs one FILE, --manifest FILE, --root (64 digits of hex) and --code");
    const [proof, manifest] = [files[0], options.manifest].map((file) => readFileSync(file));
    const result = { holds: false, why: "", edition: null, kit: null, slot: null };
    return report(result, () => checkProof(proof, manifest, options.root, options.code, result)) ? 0 : 1;
  }
  if (files.length === 0) throw new Error("usage: node verify.mjs FILE... (see the head of this file)");
  const seen = [], codes = files.map((file) => {
    try { return checkFile(readFileSync(file), seen) ? 0 : 1; } catch (error) { console.error(`${file}: ${error.message}`); return 2; }
  });
  return Math.max(...codes, checkChain(seen) ? 0 : 1);
}
try { process.exitCode = main(process.argv.slice(2)); } catch (error) { console.error(error.message); process.exitCode = 2; }
