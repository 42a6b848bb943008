"""Figures: how soon a first visitor on a phone and a slow line sees a page, and what it weighs before its plots.

The line and the phone are those of Lighthouse 12 (mobile): "Slow 4G", 150 ms there and back and 1.6 Mbit/s, as
DevTools imitate it request by request (562.5 ms, 1,475 kbit/s), and a processor four times slower. 360 px wide,
nothing kept from an earlier visit. Served as the image serves it: packed stylesheets with a digest in their name,
gunicorn, HTTP/1.1 without TLS. Beside each: a file of some lines over the same line. LCP is the largest contentful
paint, CLS the layout shift.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import demonstration
from bench.figure import Figure
from bench.servers import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = Path("/usr/bin/chromium")
LATENCY_MS, DOWN_KBIT, UP_KBIT, SLOWER = 562.5, 1474.56, 675.0, 4
WIDTH, HEIGHT = 360, 740
SETTLED_MS = 2500  # after `load`: by then the largest piece is painted, and what shifts has shifted
PAGES = {"world page": "/", "country page, MMR": "/countries/MMR/", "evidence list": "/evidence/", "alerts": "/alerts/"}
PACKED = True  # else static files come as they are, which a test has more quickly
OF_NO_PAGE = ("admin", "rest_framework", "drf_spectacular_sidecar")  # static files that none of these pages has
BARE = "/static/css/print.css"
_PAINTED = """() => new Promise(resolve => {
    const seen = {lcp: 0, cls: 0};
    new PerformanceObserver(list => list.getEntries().forEach(one => { seen.lcp = one.startTime; }))
        .observe({type: "largest-contentful-paint", buffered: true});
    new PerformanceObserver(list => list.getEntries().forEach(one => { seen.cls += one.value; }))
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => resolve({
        ...seen,
        first: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
        blocking: document.querySelectorAll('link[rel="stylesheet"]:not([media="print"])').length,
    }), 100);
})"""


def measure(*, full: bool = False, notes: str = "*.toml", times: int = 5) -> list[Figure]:
    """Loads the demonstration; `full` changes nothing."""
    if not CHROMIUM.exists():
        return [Figure("pages in the browser", skipped=f"no browser at {CHROMIUM}")]
    demonstration.load(notes)  # before Playwright's loop runs, in which Django asks no database
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        figures = measured(browser, times=times)
        browser.close()
    return figures


def measured(browser: Browser, *, times: int) -> list[Figure]:
    """The figures, seen by a browser that runs already: a process can have but one Playwright at a time."""
    with _site() as site:
        bare = _median([_visited(browser, site + BARE) for _ in range(times)])
        return [_figure(name, browser, site + address, bare, times) for name, address in PAGES.items()]


def _figure(name: str, browser: Browser, address: str, bare: dict[str, float], times: int) -> Figure:
    _visited(browser, address)  # so that the server has read its templates
    seen = _median([_visited(browser, address) for _ in range(times)])
    yardstick = "a file of some lines over the same line"
    return Figure(
        f"{name} in the browser, a phone on Slow 4G: largest paint", seen["lcp"], "ms", yardstick, bare["first"],
        "≤ 1,500 ms, CLS 0, ≤ 60 KB", details=seen,
    )  # fmt: skip


def _median(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: sorted(row[name] for row in rows)[len(rows) // 2] for name in rows[0]}


def _visited(browser: Browser, address: str) -> dict[str, float]:
    """One first visit: milliseconds of the paints, the shift, bytes on the line without library and shapes of plots."""
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=2)
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    kbit = 1000 / 8
    conditions = {"latency": LATENCY_MS, "downloadThroughput": DOWN_KBIT * kbit, "uploadThroughput": UP_KBIT * kbit}
    line.send("Network.emulateNetworkConditions", {"offline": False, **conditions})
    asked: dict[str, str] = {}
    weights: dict[str, float] = {}
    line.on("Network.requestWillBeSent", lambda one: asked.update({one["requestId"]: one["request"]["url"]}))
    line.on("Network.loadingFinished", lambda one: weights.update({one["requestId"]: one["encodedDataLength"]}))
    page.goto(address, wait_until="load")
    page.wait_for_timeout(SETTLED_MS)
    seen: dict[str, Any] = page.evaluate(_PAINTED)
    plots = {key for key, url in asked.items() if "/plotly/" in url or "/shapes/" in url or "geojson" in url}
    context.close()
    return {**seen, "bytes": sum(weight for key, weight in weights.items() if key not in plots), "asked": len(asked)}


@contextlib.contextmanager
def _site() -> Iterator[str]:
    """The site on the database of this process, its static files collected and packed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="r2p-static-") as folder:
        env = {**os.environ, "PLAIN_STATIC": "0" if PACKED else "1", "STATIC_ROOT": folder}
        if PACKED:
            collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
            left_out = [word for name in OF_NO_PAGE for word in ("--ignore", name)]
            subprocess.run([*collect, *left_out], cwd=ROOT, env=env, check=True, stdout=sys.stderr)
        command = [sys.executable, "-m", "gunicorn", "r2p_dashboard.wsgi:application", "--bind", f"127.0.0.1:{port}"]
        server = subprocess.Popen([*command, "--threads", "4", "--no-control-socket", "--log-level", "error"], cwd=ROOT,
                                  env=env, stdout=sys.stderr)  # fmt: skip
        try:
            _wait(f"http://127.0.0.1:{port}{BARE}")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait(address: str, *, seconds: float = 60) -> None:
    """Until it answers, with whatever status. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=5).close()  # an address of ours, on loopback
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError("the site did not answer; wanted any status")
