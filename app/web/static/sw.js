// Keeps what this phone has read, so that it opens again without a signal.
//
// Kept are only answers that the server marks public, of photographs those that were looked at, and the album's
// last seen copy, which never leaves this phone. What carries a code or a key has no address here: it goes to the
// server, and without a signal the offline page stands in for it. Buttons (POST) are left to the browser, for a
// request that a service worker repeats no longer tells the server on which site it was pressed.
"use strict";

const FILES = "files-VERSION"; // the site's own files, and the offline page in every language that was read
const STORIES = "stories"; // pages in a language, oldest first, with the pictures of their kits
const ALBUM = "album";
const OWN = [
  "/static/phudu.woff2", "/static/icon.svg", "/static/story.css", "/static/site.js", "/static/story.js",
  "/static/album.js", "/static/claims.js", "/static/offline.js"
];
const MOST_STORIES = 40;
const MOST_PHOTOS = 8; // of one kit
const PATIENCE_MS = 3000;
const LOOSELY = { ignoreSearch: true, ignoreVary: true };

const pathOf = request => new URL(request.url).pathname;
const isPage = path => /^\/[a-z]{2}(\/|$)/.test(path);
const isOffline = path => /^\/[a-z]{2}\/offline$/.test(path);
const isPublic = answer => answer.ok && !answer.redirected && /public/.test(answer.headers.get("Cache-Control"));
// The kit, with its series, that a page or a picture belongs to.
const kitOf = path => path.match(/^\/(?:kits|[a-z]{2})\/([^/]+\/[^/]+)/)?.[1];

const photoKit = path => path.match(/^\/stories\/([^/]+)\//)?.[1];
// A photograph's address whatever its size and format; kept is the one that was looked at last.
const photoAt = path => path.match(/^\/stories\/[^/]+\/images\/[a-z0-9-]+(?=-\d+\.)/)?.[0];

addEventListener("install", event => {
  skipWaiting();
  event.waitUntil(fill());
});

addEventListener("activate", event => event.waitUntil(takeOver()));

addEventListener("message", event => {
  event.waitUntil(Promise.allSettled(event.data.map(path => (path === "/album" ? see() : isPage(path) && keep(path)))));
});

addEventListener("fetch", event => {
  const { request } = event, url = new URL(request.url), path = url.pathname;
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && path.startsWith("/album")) {
    event.waitUntil(caches.delete(ALBUM)); // another key, or none: the copy may be of an album that is left
  }
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(event, url));
  else if (OWN.includes(path)) event.respondWith(ours(request));
  else if (path.startsWith("/kits/")) event.respondWith(picture(event));
  else if (photoAt(path)) event.respondWith(photo(event, path));
  else if (path.endsWith(".mp3")) event.respondWith(sound(request));
});

// A new version brings its own files, and the offline pages that the version before it had.
async function fill() {
  const names = (await caches.keys()).filter(name => name.startsWith("files-"));
  const before = await Promise.all(names.map(async name => (await caches.open(name)).keys()));
  await (await caches.open(FILES)).addAll(OWN.map(path => new Request(path, { cache: "no-cache" })));
  await Promise.allSettled(before.flat().map(pathOf).filter(isOffline).map(path => keep(path, "no-cache")));
}

async function takeOver() {
  const names = (await caches.keys()).filter(name => name.startsWith("files-") && name !== FILES);
  await Promise.all(names.map(name => caches.delete(name)));
  await registration.navigationPreload?.enable();
  await clients.claim();
}

const fresh = async event => (await event.preloadResponse) || fetch(event.request);

// A page in a language: from the server, for it may have changed; the kept one when no answer comes in time.
async function page(event, url) {
  const path = url.pathname, answer = fresh(event);
  const isAlbum = path === "/album";
  event.waitUntil(answer.then(async got => {
    if (isAlbum) await see(got.ok && !url.searchParams.has("added") ? got.clone() : undefined);
    else if (isPage(path) && !url.search && isPublic(got)) await store(path, got.clone());
  }).catch(() => {}));
  const kept = isAlbum ? await seen() : isPage(path) && (await caches.match(path, LOOSELY));
  if (!kept) return answer.catch(() => offline(path));
  return Promise.race([
    answer.then(got => (got.status < 500 ? got : kept), () => kept),
    new Promise(give => setTimeout(give, PATIENCE_MS, kept)),
  ]);
}

async function keep(path, cache) {
  const answer = await fetch(path, { cache });
  if (isPublic(answer)) await store(path, answer);
}

async function store(path, answer) {
  const cache = await caches.open(isOffline(path) ? FILES : STORIES), html = await answer.clone().text();
  await cache.delete(path); // so that what was read last stands last
  await cache.put(path, answer);
  const pictures = [...new Set(html.match(/\/kits\/[^"#?)\s]+\.svg/g))];
  await Promise.allSettled(pictures.filter(each => kitOf(each) === kitOf(path)).map(each => keepPicture(each)));
  const photos = html.match(/\/stories\/[^"\s]+\?v=\w+/g) || [];
  await Promise.allSettled(photos.filter(photoAt).map(each => keepPhoto(each)));
  await forgetOldest(cache);
}

async function keepPicture(path) {
  const answer = await fetch(path);
  if (isPublic(answer)) await (await caches.open(STORIES)).put(path, answer);
}

// What was shown before this worker was there is taken from the browser's own store, and never fetched for it.
async function keepPhoto(path, got) {
  const answer = got || (await fetch(path, { cache: "only-if-cached", mode: "same-origin" })), cache = await caches.open(STORIES), place = photoAt(path);
  if (!isPublic(answer)) return;
  await cache.delete(place); // so that what was looked at last stands last
  await cache.put(place, answer);
  const photos = (await cache.keys()).map(pathOf).filter(each => photoKit(each) === photoKit(path));
  await Promise.all(photos.reverse().slice(MOST_PHOTOS).map(each => cache.delete(each)));
}

async function forgetOldest(cache) {
  const paths = (await cache.keys()).map(pathOf);
  const kits = [...new Set(paths.filter(isPage).map(kitOf).filter(Boolean).reverse())];
  const left = kits.slice(0, MOST_STORIES), told = left.map(kit => kit.split("/")[1]);
  const isOld = path => (photoKit(path) ? !told.includes(photoKit(path)) : kitOf(path) && !left.includes(kitOf(path)));
  await Promise.all(paths.filter(isOld).map(path => cache.delete(path)));
}

// The album is kept as it was last seen, without the word on what was just added.
async function see(answer) {
  const got = answer || (await fetch("/album"));
  if (got.ok) await (await caches.open(ALBUM)).put("/album", got);
}

async function seen() {
  const copy = await caches.match("/album", LOOSELY);
  if (!copy) return null;
  const html = (await copy.text()).replace(" hidden data-seen", " data-seen");
  return new Response(html, { headers: copy.headers });
}

async function ours(request) {
  return (await caches.match(request, LOOSELY)) || fetch(request);
}

// The kept picture at once; the browser's own store decides how often the server is asked for a newer one.
async function picture(event) {
  const kept = await caches.match(event.request, LOOSELY);
  if (!kept) return fetch(event.request);
  event.waitUntil(keepPicture(pathOf(event.request)).catch(() => {}));
  return kept;
}

async function photo(event, path) {
  try {
    const got = await fetch(event.request);
    event.waitUntil(keepPhoto(path, got.clone()).catch(() => {}));
    return got;
  } catch {
    return (await caches.match(photoAt(path))) || Response.error();
  }
}

// A recording that was kept by its button; players ask for parts of it.
async function sound(request) {
  const kept = await caches.match(pathOf(request), LOOSELY);
  if (!kept) return fetch(request);
  const part = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("Range"));
  if (!part) return kept;
  const whole = await kept.blob(), size = whole.size;
  const first = Number(part[1]), last = Math.min(part[2] ? Number(part[2]) : size, size - 1);
  if (first > last) return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${size}` } });
  const headers = { "Content-Type": "audio/mpeg", "Content-Range": `bytes ${first}-${last}/${size}` };
  return new Response(whole.slice(first, last + 1), { status: 206, headers });
}

// The offline page in the language of the address, or else in the one that was read last.
async function offline(path) {
  const pages = (await (await caches.open(FILES)).keys()).map(pathOf).filter(isOffline);
  const named = pages.find(each => each.startsWith(path.slice(0, 4))) || pages.at(-1);
  if (!named) return Response.error();
  const kept = await caches.match(named), headers = new Headers(kept.headers);
  headers.set("Referrer-Policy", "no-referrer"); // it may stand at an address that holds a code
  return new Response(kept.body, { headers });
}
