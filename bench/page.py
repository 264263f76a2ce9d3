"""How long one waits for the page, in a real Chromium on a really started server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from bench.measure import Row, Table, against
from bench.server import PATIENCE, ROOT, serving
from nnviz.core import initializers

COLD_GOAL = 2.0
CHANGE_GOAL = 0.5
SEEDS = range(1, 6)
Times = tuple[float, float]  # until the stage is drawn, until everything is
INITIALIZERS = ("he_normal", "lecun_uniform", "random_normal", "orthogonal", "glorot_normal")

# Runs in the page before anything else. It notes when the stage was last drawn anew (the verdicts above it come before
# it), when the main column changed last, and when each was on the screen. `painted()` resolves with the seconds from
# the start to both, as soon as the script has run, all charts are drawn, and a while has passed without another
# change. The start is that of the page, or the click that comes after `armed()`, which has had its effect once the
# URL is another.
WATCH = """
window.bench = (() => {
  const QUIET = 400;
  let start = 0, staged = 0, changed = 0, shown = 0, before = null;
  const watch = (root, seen) =>
    new MutationObserver(seen).observe(root, {subtree: true, childList: true, attributes: true, characterData: true});
  const painted = note => requestAnimationFrame(() => setTimeout(() => note(performance.now()), 0));
  const main = () => document.querySelector('[data-testid="stMain"]');
  const idle = () => document.querySelector('[data-test-script-state="notRunning"]');
  const charts = () => [...document.querySelectorAll('[data-testid="stPlotlyChart"]')];
  const drawn = () => charts().length && charts().every(chart => chart.querySelector('.main-svg'));
  const ready = () => idle() && document.querySelector('.verdict') && location.search !== before && drawn();
  watch(document, changes => {
    if (!changes.some(change => main()?.contains(change.target))) return;
    changed = performance.now();
    painted(now => shown = now);
  });
  const attachShadow = Element.prototype.attachShadow;  // the stage stands behind one
  Element.prototype.attachShadow = function (options) {
    const root = attachShadow.call(this, options);
    watch(root, changes => {
      const sides = changes.some(change => [...change.addedNodes].some(node => node.className === 'side'));
      if (sides) painted(now => staged = now);
    });
    return root;
  };
  return {
    armed() {
      before = location.search;
      document.addEventListener('click', () => [start, staged] = [performance.now(), 0], {capture: true, once: true});
    },
    painted: patience => new Promise((resolve, reject) => {
      const end = performance.now() + patience * 1000;
      const look = () => {
        const now = performance.now();
        const quiet = shown > changed && changed > start && now - changed > QUIET;
        if (quiet && staged && ready()) resolve([staged, shown].map(time => (time - start) / 1000));
        else if (now > end) reject(`never painted: ${main()?.innerText}`);
        else setTimeout(look, 50);
      };
      look();
    }),
  };
})();
"""


def page() -> Iterator[Table]:
    """Seconds from opening the page, and from a changed control, to the painted page."""
    table = Table(
        "Seconds until the page is painted",
        [
            "Stage: the question, the verdicts and the stage stand on the screen; what comes below needs scrolling.",
            "All: the charts below are drawn too, and nothing more changes beside the controls.",
            "The default size, on 1400 × 900 pixels; each time an experiment that the server has not trained before.",
            "Cold: a browser that holds nothing of the page; for the first of all, a server that was just started.",
        ],
    )
    chromium = _find_chromium()
    if not chromium:
        table.notes.append("Not measured: there is no Chromium.")
        yield table
        return
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        first, *opens = [_open(browser, f"{server.address}/?seed={seed}") for seed in (0, *SEEDS)]
        seeds, starts = _change(browser, server.address)
        browser.close()
    for what, times, goal in (
        ("cold, the server's first", [first], COLD_GOAL),
        ("cold", opens, COLD_GOAL),
        ("a new seed", seeds, CHANGE_GOAL),
        ("another initializer for B", starts, CHANGE_GOAL),
    ):
        stage, everything = map(median, zip(*times, strict=True))
        row: Row = {"after": what, "measured": f"{len(times)} times", "stage": stage, "all": everything}
        table.rows.append({**row, **against(stage, goal, at_least=False)})
    yield table


def _open(browser: Browser, address: str) -> Times:
    """Seconds from asking for the page to the painted page, in a browser that holds nothing of it."""
    with _tab(browser) as tab:
        tab.goto(address)
        return _painted(tab)


def _change(browser: Browser, address: str) -> tuple[list[Times], list[Times]]:
    """Seconds from a click to the painted page: for new seeds, and for other initializers."""
    with _tab(browser) as tab:
        tab.goto(address)
        _painted(tab)
        new_seed = tab.get_by_role("button", name="New seed")
        seeds = [_clicked(tab, new_seed.click) for _ in SEEDS]
        starts = []
        for key in INITIALIZERS:
            tab.get_by_role("combobox", name="B starts from").click()
            option = tab.get_by_role("option", name=initializers.registry[key].label, exact=True)
            starts.append(_clicked(tab, option.click))
        return seeds, starts


def _clicked(tab: Page, click: Callable[[], None]) -> Times:
    tab.evaluate("bench.armed()")
    click()
    return _painted(tab)


def _painted(tab: Page) -> Times:
    tab.wait_for_selector(".verdict")
    stage, everything = tab.evaluate("patience => bench.painted(patience)", PATIENCE)
    return stage, everything


@contextmanager
def _tab(browser: Browser) -> Iterator[Page]:
    """A tab of a browser profile that holds nothing."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(PATIENCE * 1000)
    context.add_init_script(WATCH)
    try:
        yield context.new_page()
    finally:
        context.close()


def _find_chromium() -> str:
    """A Chromium that starts, or nothing; the tool itself says what to install."""
    tool = ROOT / "tools" / "find-chromium"
    return subprocess.run([tool, sys.executable], stdout=subprocess.PIPE, text=True).stdout.strip()
