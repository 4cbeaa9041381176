"""The phone's app as a cheap phone meets it: its size, its first paint, a large pack, a search."""

import gzip
import os
import shutil
import statistics
from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright
from tests.browser import QUIET
from tests.journeys import phone_packs
from tests.journeys.phone import PIN, Phone
from tests.journeys.phone_door import Door, open_door

from bench.measuring import Line
from xiachen.site.phone_app import FILES

_RUNS = 5
# How much slower than this machine the phone is.
_SLOWER = 4
_SEARCHES = ("1", "解", "语棠", "1998000", "不在这里")


def measured() -> list[Line]:
    """Script at first load, first paint offline, loading and searching a grid of 1,500 people."""
    return [*_sizes(), *_times()]


def _sizes() -> Iterator[Line]:
    page = (FILES / "index.html").read_text()
    scripts = [*sorted((FILES / "assets").glob("*.js")), FILES / "sw.js"]
    size = {one: len(gzip.compress(one.read_bytes(), mtime=0)) / 1024 for one in scripts}
    first = sum(size[one] for one in scripts if one.name in page or one.name == "sw.js")
    yield Line("phone: script at first load, gzip", first, "KB", 40)
    yield Line("phone: with what is fetched later, gzip", sum(size.values()), "KB")


def _times() -> Iterator[Line]:
    chromium = os.environ.get("XIACHEN_CHROMIUM") or shutil.which("chromium")
    if not chromium:
        raise RuntimeError("Chromium is missing")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        with open_door() as door:
            phone = _enrolled(browser, door)
            opened = [_reopen(phone) for _ in range(_RUNS)]
            searches = [_search(phone, words) for words in _SEARCHES]
        browser.close()
    paints, loads = zip(*opened, strict=True)
    yield Line("phone: first paint, offline", statistics.median(paints), "ms", 1000)
    yield Line("phone: PIN to grid of 1,500 people", statistics.median(loads), "ms", 1000)
    yield Line("phone: slowest search of it, drawn", max(searches), "ms", 50)


def _enrolled(browser: Browser, door: Door) -> Phone:
    """Return a phone that holds the grid and has left the network."""
    door.packs = phone_packs.few(door.member)
    door.packs["grid:1"] = phone_packs.grid(buildings=40, households=500, residents=1500)
    phone = Phone(browser, door.address).enrol("/phone/#enrol=token")
    phone.reads(phone_packs.PLACE)
    phone.page.evaluate("navigator.serviceWorker.ready")
    phone.offline()
    return phone


def _reopen(phone: Phone) -> tuple[float, float]:
    """Open the app anew and unlock it; return first paint, and PIN to grid, in milliseconds."""
    phone.page.close()
    phone.page = phone.tab()
    slow = {"rate": _SLOWER}
    phone.context.new_cdp_session(phone.page).send("Emulation.setCPUThrottlingRate", slow)
    phone.open()
    phone.page.locator("#pin").wait_for()
    painted = phone.page.evaluate(_PAINTED)
    return float(painted), float(phone.page.evaluate(_UNLOCK, PIN))


def _search(phone: Phone, words: str) -> float:
    return statistics.median(float(phone.page.evaluate(_SEARCH, words)) for _ in range(_RUNS))


_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"

# Clocked in the page, so that the way to the browser and back does not count.
_WAIT = """
  const until = performance.now() + 60_000;
  const drawn = async (there) => {
    while (!there()) {
      if (performance.now() > until) throw new Error(`never drawn: ${there}`);
      await new Promise(requestAnimationFrame);
    }
  };
  const type = (input, words) => {
    input.value = words;
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  };
"""
_UNLOCK = f"""async (pin) => {{{_WAIT}
  const began = performance.now();
  type(document.querySelector("#pin"), pin);
  await drawn(() => !document.querySelector("#pin"));
  history.replaceState({{ way: "grid", about: "" }}, "");
  dispatchEvent(new PopStateEvent("popstate"));
  await drawn(() => document.querySelectorAll(".plan button").length >= 40);
  return performance.now() - began;
}}"""
_SEARCH = f"""async (words) => {{{_WAIT}
  const input = document.querySelector("[type=search]");
  type(input, "");
  await new Promise((later) => setTimeout(later, 300));
  const began = performance.now();
  type(input, words);
  await drawn(() => document.querySelector("section p[role=status]"));
  return performance.now() - began;
}}"""
