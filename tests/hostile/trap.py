"""A page that catches whatever runs, leaves, asks a foreign host or takes a name of the page's own."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Dialog, Error, Page, Route

from tests.web.cast import BASE, Phone

BLOCKED = "Service Worker registration blocked by Playwright"
HOOKS = """
window.__ran = [];
for (const name of ["alert", "prompt", "confirm", "print", "open"])
  window[name] = (...said) => { window.__ran.push(name + " " + said.join()); };
addEventListener("submit", event => { window.__ran.push("submit"); event.preventDefault(); }, true);
for (const name of ["log", "error", "warn"]) {
  console[name] = (...said) => { window.__ran.push("console " + said.join()); };
}
addEventListener("unhandledrejection", event => window.__ran.push("rejected " + event.reason));
addEventListener("error", event => { if (event.message) window.__ran.push("error " + event.message); });
"""
LOOK = """async () => {
  const room = document.querySelector("[data-hostile]") || document.body, found = [];
  const bad = /^(javascript|data|vbscript|file|blob):/i;
  for (const link of room.querySelectorAll("a[href], area[href]")) {
    const to = link.protocol ?? "";
    if (bad.test(to)) { found.push("link " + link.getAttribute("href").slice(0, 60)); link.click(); }
  }
  const kinds = "script, iframe, object, embed, form, svg, math, style, base, meta, link";
  for (const tag of room.querySelectorAll(kinds))
    found.push("tag " + tag.localName);
  for (const tag of room.querySelectorAll("*")) for (const { name } of tag.attributes)
    if (/^on|^style$|^srcdoc$|^formaction$/i.test(name)) found.push("attribute " + name);
  for (const tag of room.querySelectorAll("[name], [id]")) {
    const name = tag.getAttribute("name") ?? tag.id;
    if (!/^fn(ref\\d*)?:[A-Za-z0-9-]+$/.test(name)) found.push("name " + name.slice(0, 60));
  }
  for (const tag of room.querySelectorAll("[onfocus], [onmouseover], [onclick]")) {
    tag.dispatchEvent(new MouseEvent("mouseover", { bubbles: true })); tag.click?.(); tag.focus?.();
  }
  await new Promise(done => setTimeout(done, 20));
  return [window.__ran, found];
}"""


@dataclass
class Caught:
    """What happened on all pages: `ran` and `left` are executions, `found` what could become one."""

    ran: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)

    @property
    def fired(self) -> int:
        return len(self.ran) + len(self.left)


def visit(context: BrowserContext, site: Phone, pages: Iterable[tuple[str, str]]) -> Caught:
    """Open pages of the given HTML and Content-Security-Policy ("" for none) and catch what happens.

    Args:
        context: a browser's, of its own.
        site: answers for everything else on the host.
        pages: HTML and policy.
    """
    caught, sheet = Caught(), {"html": "", "policy": ""}

    def answer(route: Route) -> None:
        address = route.request.url
        if address == f"{BASE}/hostile":
            policy = {"Content-Security-Policy": sheet["policy"]} if sheet["policy"] else {}
            route.fulfill(body=sheet["html"], headers={"Content-Type": "text/html; charset=utf-8"} | policy)
        elif address.startswith(f"{BASE}/"):
            if route.request.is_navigation_request():
                caught.left.append(f"went to {address}")
            got = site.open(address.removeprefix(BASE))
            route.fulfill(status=got.status_code, body=got.data, headers={"Content-Type": got.content_type})
        else:
            caught.left.append(f"asked {address[:80]}")
            route.abort()

    def dismiss(dialog: Dialog) -> None:
        caught.ran.append(f"dialog {dialog.message}")
        dialog.dismiss()

    context.add_init_script(HOOKS)
    context.route("**/*", answer)
    page: Page = context.new_page()
    page.on("dialog", dismiss)
    for sheet["html"], sheet["policy"] in pages:
        ran: list[str] = []
        found: list[str] = []
        try:
            page.goto(f"{BASE}/hostile", wait_until="load")
            ran, found = page.evaluate(LOOK)
        except Error as error:  # the page went somewhere else meanwhile
            caught.left.append(f"left: {error}"[:80])
        caught.ran += [each for each in ran if BLOCKED not in each]
        caught.found += found
        if page.url not in {f"{BASE}/hostile", f"{BASE}/hostile#"} or len(context.pages) > 1:
            caught.left.append(f"at {page.url[:80]}")
            for opened in context.pages:
                opened.close()
            page = context.new_page()
            page.on("dialog", dismiss)
    return caught
