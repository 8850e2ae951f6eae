// Measures what an eye and a finger meet: contrast and size of every text, size of every target, and what
// sticks out of a screen of this width. (window.innerWidth grows with what sticks out, so it is not asked.)
(screen) => {
  const channels = (text) => {
    const numbers = text.match(/[\d.]+/g).map(Number);
    return { rgb: numbers.slice(0, 3), alpha: numbers.length > 3 ? numbers[3] : 1 };
  };
  const luminance = ([red, green, blue]) => {
    const linear = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  };
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const once = (told, known = new Map()) => (element) => {  // each element is asked once, not by every text in it
    if (!known.has(element)) known.set(element, told(element));
    return known.get(element);
  };
  const ground = once((element) => {
    if (!element) return [255, 255, 255];
    const style = getComputedStyle(element);
    const { rgb, alpha } = channels(style.backgroundColor);
    if (alpha === 1) return rgb;
    if (alpha > 0 || style.backgroundImage !== "none") return null;  // not told by one colour
    return ground(element.parentElement);
  });
  const faded = once((element) =>
    Boolean(element) && (getComputedStyle(element).opacity !== "1" || faded(element.parentElement)));
  const name = (element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`;
  const texts = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement, words = node.data.trim();
    if (!words || element.closest("style, script, .vh, .skip")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    if (!range.getBoundingClientRect().width) continue;
    const style = getComputedStyle(element), drawn = element instanceof SVGElement;
    const paper = ground(element), ink = channels(drawn ? style.fill : style.color);
    const told = paper && ink.alpha === 1 && !faded(element);
    texts.push({
      words: words.slice(0, 40), at: name(element), link: Boolean(element.closest("a")),
      contrast: told ? contrast(ink.rgb, paper) : 0,
      pixels: drawn ? null : parseFloat(style.fontSize),
      mark: Boolean(element.closest("sup, .footnote-backref")),
    });
  }
  const targets = [...document.querySelectorAll("a, button, input, textarea, summary")].flatMap((element) => {
    const met = element.type === "radio" ? element.closest("label") ?? element : element;  // a label answers too
    const { width, height } = met.getBoundingClientRect();
    if (!width || element.matches(".skip")) return [];
    const alone = element.parentElement.innerText.trim() === element.innerText.trim();
    return [{ at: name(element), words: element.innerText.trim().slice(0, 40), width, height, alone,
              place: element.closest("header") ? "header" : element.closest(".bar") ? "bar"
                : element.closest("form") ? "form" : element.matches(".btn") ? "button"
                : element.closest(".sources") ? "sources" : element.closest("sup") ? "mark"
                : element.matches("summary") ? "summary" : "text" }];
  });
  const outside = [...document.querySelectorAll("body *")]
    .filter((element) => !element.closest(".skip, .vh, .hero") && element.getBoundingClientRect().right > screen + 0.5)
    .map((element) => `${name(element)} ends at ${element.getBoundingClientRect().right}`);
  if (document.scrollingElement.scrollWidth > screen) outside.unshift("the page scrolls sideways");
  return { texts, targets, outside: outside.slice(0, 4) };
}
