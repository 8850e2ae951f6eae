// Fills the offline page: what this phone has kept, and what waits for a signal.
(async () => {
  const page = document, byId = id => page.getElementById(id), show = id => { byId(id).hidden = false; };
  const path = decodeURIComponent(location.pathname), language = page.documentElement.lang;
  const kitOf = address => address.match(/^\/[a-z]{2}\/([^/]+\/[^/]+)/)?.[1];

  const typed = path.match(/^\/b\/(.+)$/i)?.[1];
  const code = typed?.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  if (code) show(/^[0-9A-HJKMNP-TV-Z]{18}$/.test(code) ? "waits" : "slip");
  else if (!/^\/[a-z]{2}\/offline$/.test(path)) show("unkept");
  if (!path.endsWith("/offline")) addEventListener("online", () => navigator.onLine && location.reload()); // a signal can be gone again by then

  const count = Object.keys(JSON.parse(localStorage.claims || "{}")).length;
  if (count) {
    show("claims");
    byId("count").textContent = count;
  }

  const kept = await caches.open("stories");
  const paths = (await kept.keys()).map(request => new URL(request.url).pathname).reverse();
  const stories = paths.filter(each => kitOf(each) && each.split("/").length === 4);
  for (const story of stories) {
    const art = `/kits/${kitOf(story)}/art.svg`;
    if (!paths.includes(art)) continue;
    const told = new DOMParser().parseFromString(await (await kept.match(story)).text(), "text/html");
    const item = page.createElement("li"), link = page.createElement("a"), picture = new Image(112, 140);
    const words = page.createElement("div"), name = page.createElement("h3"), summary = page.createElement("p");
    picture.src = art;
    picture.alt = "";
    link.href = story;
    link.lang = told.documentElement.lang;
    const title = told.querySelector("h1");
    name.textContent = title.textContent;
    name.lang = title.lang || link.lang;
    summary.textContent = told.querySelector("header [aria-current]")?.getAttribute("aria-label");
    words.append(name, link.lang === language ? "" : summary);
    link.append(picture, words);
    item.append(link);
    const other = kitOf(story) === kitOf(path);
    if (other) show("other");
    else byId("none").hidden = true;
    byId(other ? "told-otherwise" : "kept").append(item);
  }
  if (byId("told-otherwise").children.length) byId("none").hidden = true;
})().catch(() => {});
