"""What can be seen to be wrong with a page by looking at it: asked of the browser, in its words."""

from playwright.sync_api import Page


def too_wide(page: Page, *, large: bool = False) -> list[str]:
    """
    Return what sticks out of the window on the right, and text that is cut off.

    :param large: look at the page as somebody sees it who has chosen large letters
    """
    if large:
        page.evaluate("document.documentElement.style.fontSize = '135%'")
    found: list[str] = page.evaluate(_TOO_WIDE)
    return found


def faults(page: Page, language: str) -> list[str]:
    """Return everything on the page that a careful reader would be stopped by."""
    found: list[str] = page.evaluate(_FAULTS, language)
    return found


_TOO_WIDE = """() => {
  const root = document.documentElement, found = [];
  const beyond = root.scrollWidth - root.clientWidth;
  if (beyond > 0) {
    const out = [...document.querySelectorAll("main *")]
      .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1);
    const last = out.at(-1);
    found.push(`${beyond} px too wide: ${last ? last.outerHTML.slice(0, 80) : "?"}`);
  }
  const tight = ".btn, .chip, .mark, .figure, .plan button, td, th, h1, h2";
  for (const one of document.querySelectorAll(tight))
    if (one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1 && one.offsetParent)
      found.push(`cut off: ${one.innerText.slice(0, 40)}`);
  return found;
}"""

_FAULTS = """(language) => {
  const found = [];
  const shown = (one) => one.getClientRects().length > 0;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);
  const told = (one) => one.textContent.trim().slice(0, 60);

  if (document.documentElement.lang !== language)
    found.push(`says it is in ${document.documentElement.lang}`);
  for (const one of all("input:not([type=hidden]), select, textarea"))
    if (!one.labels.length && !one.ariaLabel) found.push(`no label: ${one.name || one.id}`);
  for (const one of all("a, button"))
    if (!told(one) && !one.ariaLabel) found.push(`no words: ${one.outerHTML.slice(0, 80)}`);
  for (const one of all("img")) if (!one.alt) found.push(`no words: ${one.src.slice(0, 60)}`);
  for (const one of all("nav, form[role=search], thead th"))
    if (one.tagName === "NAV" && !one.ariaLabel) found.push("a navigation without a name");

  const levels = all("h1, h2, h3, h4").map((one) => Number(one.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) found.push(`headings: ${levels}`);
  levels.reduce((before, level) => {
    if (level > before + 1) found.push(`a heading is left out: ${levels}`);
    return level;
  }, 0);

  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  for (const id of new Set(ids.filter((id, place) => ids.indexOf(id) !== place)))
    found.push(`two of ${id}`);

  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b]
    .map((one) => one / 255)
    .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = (one) => {
    for (; one; one = one.parentElement) {
      const colour = numbers(getComputedStyle(one).backgroundColor);
      if (colour[3] === undefined || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const pale = new Set(), foreign = new Set();
  while (walker.nextNode()) {
    const words = walker.currentNode.textContent.trim(), one = walker.currentNode.parentElement;
    if (!words || !shown(one) || one.closest("script, style, option, .visually-hidden, .skip"))
      continue;
    const style = getComputedStyle(one);
    const [dark, bright] = [light(numbers(style.color)), light(ground(one))].sort((a, b) => a - b);
    const size = parseFloat(style.fontSize);
    const big = size >= 24 || (size >= 18.6 && style.fontWeight >= 700);
    if ((bright + 0.05) / (dark + 0.05) < (big ? 3 : 4.5)) pale.add(words.slice(0, 30));
    if (language === "zh-CN" && !one.closest("[lang=en], code, pre"))
      if (/[a-z]{2,} [a-z]{2,}/i.test(words)) foreign.add(words.slice(0, 60));
    if (language === "en" && !one.closest("[lang=zh-CN], .choices, .pick"))
      if (one.closest("thead, dt, label, nav[aria-label=Work], .figure-name, .empty"))
        if (/[\\u4e00-\\u9fff]{2}/.test(words)) foreign.add(words.slice(0, 60));
  }
  for (const words of pale) found.push(`too pale: ${words}`);
  for (const words of foreign) found.push(`in the other language: ${words}`);
  return found;
}"""
