"""Figures: the queue of suggestions with little and with much waiting, and the next passage in a real browser.

Beside each: the same passage with its suggestions by one SQL query, written as JSON, and the page when little waited;
in the browser a small page fetched. CPU time is this process's; PostgreSQL's is not in it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connection
from django.test import Client
from django.test.testcases import LiveServerThread
from django.test.utils import CaptureQueriesContext

from bench.figure import Figure, cpu_ms
from countries.models import Country
from indicators.models import Indicator, Suggestion
from people.models import User
from people.permissions import Role
from reports.models import Family, Passage, Report, Source

if TYPE_CHECKING:
    from playwright.sync_api import Page

PASSWORD = "correct horse battery staple"
FEW, MANY = 30, 50_000
PER_PASSAGE, PER_REPORT = 2, 5
CHROMIUM = Path("/usr/bin/chromium")
READING = 1500  # ms on a passage before the key
DAY = dt.date(2024, 6, 1)
NOW = dt.datetime(2024, 7, 1, tzinfo=dt.UTC)
_PASSAGE = """
    SELECT s.*, p.text, i.code, i.label, c.name_en, r.title FROM indicators_suggestion s
    JOIN reports_passage p ON p.id = s.passage_id JOIN reports_report r ON r.id = p.report_id
    JOIN indicators_indicator i ON i.id = s.indicator_id JOIN countries_country c ON c.id = s.country_id
    WHERE s.passage_id = (SELECT min(passage_id) FROM indicators_suggestion WHERE state = 'waiting')
"""
FILTERS = {
    "oldest first": "", "strongest first": "?order=strongest", "one country": "?country=MMR",
    "one source": "?source=bench-7", "one language": "?language=sw", "one factor": "?factor=9",
    "the next of one factor": "?factor=9&after={middle}",
}  # fmt: skip


def measure(*, full: bool = False, many: int = MANY, times: int = 15, keys: int = 12) -> list[Figure]:
    """`full` changes nothing."""
    return [*waiting(many=many, times=times), *_in_a_browser(keys)]


def waiting(*, many: int, times: int) -> list[Figure]:
    """The page with little and with much waiting, and the one that counts it."""
    person = User.objects.create_user("desk@bench.example", PASSWORD, name="Desk", role=Role.REVIEWER)
    fill(FEW)
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    few = _page(client, "", times)
    fill(many)
    figures = [_figure(client, name, query, few, times) for name, query in FILTERS.items()]
    return [*figures, _left(client, times)]


def fill(count: int) -> None:
    """So many waiting suggestions, on made-up passages of reports of twenty sources."""
    sources, codes, states = _sources(), _codes(), list(Country.objects.order_by("iso3").values_list("pk", flat=True))
    first = Report.objects.count()
    reports = Report.objects.bulk_create(
        [_report(first + n, sources) for n in range(-(-count // (PER_PASSAGE * PER_REPORT)))], batch_size=1000
    )
    passages = Passage.objects.bulk_create([p for r in reports for p in _passages(r)], batch_size=2000)
    rows = (_suggestion(n, passages[n // PER_PASSAGE], sources[0], codes, states) for n in range(count))
    Suggestion.objects.bulk_create(rows, batch_size=2000)
    filled = ", ".join(model._meta.db_table for model in (Source, Report, Passage, Suggestion))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {filled}")  # of others it would note for the tests that follow that they are empty


def _sources() -> list[Source]:
    family, _ = Family.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    for number in range(20):
        about = {"name": f"Bench {number}", "family": family, "reliability": "B", "licence": "made up"}
        Source.objects.get_or_create(slug=f"bench-{number}", defaults=about)
    return list(Source.objects.filter(slug__startswith="bench-").order_by("pk"))


def _codes() -> list[int]:
    return list(Indicator.objects.in_use().values_list("pk", flat=True))


def _report(number: int, sources: list[Source]) -> Report:
    text = "\n\n".join(f"Made-up words {number}, paragraph {p}, of nobody. " * 6 for p in range(PER_REPORT))
    return Report(
        source=sources[number % len(sources)], kind=Report.Kind.DOCUMENT, reader="text", title=f"Bench {number}",
        published_on=DAY, media_type="text/plain", bytes=text.encode(), text=text, received_at=NOW,
        sha256=hashlib.sha256(f"desk {number}".encode()).hexdigest(), language="sw" if number % 50 == 49 else "en",
    )  # fmt: skip


def _passages(report: Report) -> Iterator[Passage]:
    start = 0
    for order, text in enumerate(report.text.split("\n\n")):
        yield Passage(report=report, order=order, start=start, end=start + len(text), text=text)
        start += len(text) + 2


def _suggestion(number: int, passage: Passage, source: Source, codes: list[int], states: list[int]) -> Suggestion:
    return Suggestion(
        passage=passage, indicator_id=codes[number * 7 % len(codes)], country_id=states[number % len(states)],
        lexicon="bench", phrase_start=0, phrase_end=13, strength=0.4 + (number % 60) / 100, severity=2,
        reliability="B", credibility=2, family=source.family, event_on=DAY, dating="made up", suggested_at=NOW,
    )  # fmt: skip


def _page(client: Client, query: str, times: int) -> dict[str, float]:
    ask = _asking(client, f"/suggestions/{query}")
    cpu = cpu_ms(ask, times)
    began = time.perf_counter()
    for _ in range(times):
        ask()
    wall = 1000 * (time.perf_counter() - began) / times
    with CaptureQueriesContext(connection) as captured:
        ask()
    return {"cpu_ms": cpu, "wall_ms": wall, "queries": len(captured)}


def _asking(client: Client, address: str) -> Callable[[], object]:
    def ask() -> None:
        answer = client.get(address)
        assert answer.status_code == 200, address

    return ask


def _figure(client: Client, name: str, query: str, few: dict[str, float], times: int) -> Figure:
    middle = Suggestion.objects.waiting().values_list("pk", flat=True)[Suggestion.objects.waiting().count() // 2]
    page = _page(client, query.format(middle=middle), times)
    return Figure(
        f"queue of suggestions, {Suggestion.objects.waiting().count():,} waiting, {name}",
        page["cpu_ms"],
        "CPU ms",
        "the same passage by one SQL query, as JSON",
        cpu_ms(_by_sql, times),
        "≤ 25 CPU ms, ≤ 10 queries (two for the session and the person)",
        int(page["queries"]),
        details=page | {f"few_{key}": value for key, value in few.items()},
    )


def _left(client: Client, times: int) -> Figure:
    """The page that counts everything: it alone scans."""
    ask = _asking(client, "/suggestions/left/")
    return Figure(
        "what is left, by country, source, factor and language",
        cpu_ms(ask, times), "CPU ms", "the same passage by one SQL query, as JSON", cpu_ms(_by_sql, times),
    )  # fmt: skip


def _by_sql() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_PASSAGE)
        orjson.dumps(cursor.fetchall(), default=str)


def _in_a_browser(keys: int) -> list[Figure]:
    """From a key to the next passage in place: the median of a few."""
    if not CHROMIUM.exists():
        return [Figure("next passage after a key", skipped=f"no browser at {CHROMIUM}")]
    server = LiveServerThread("127.0.0.1", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    try:
        skip, accept, bare = _keys(f"http://127.0.0.1:{server.port}", keys)
    finally:
        server.terminate()
    return [
        Figure(f"next passage after a key, in the browser: {name}", value, "ms", "fetching a small page", bare, reach)
        for name, value, reach in (("skip", skip, "≤ 150 ms"), ("accept", accept, "≤ 150 ms"))
    ]


def _keys(site: str, keys: int) -> tuple[float, float, float]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM))
        page = browser.new_page()
        page.goto(f"{site}/sign-in/")
        page.fill("input[name=username]", "desk@bench.example")
        page.fill("input[name=password]", PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.goto(f"{site}/suggestions/")
        page.wait_for_selector("body.has-keys")
        took = {key: sorted(_read_and_press(page, key) for _ in range(keys)) for key in ("s", "a")}
        bare = sorted(page.evaluate(_BARE) for _ in range(keys))
        browser.close()
    return took["s"][keys // 2], took["a"][keys // 2], bare[keys // 2]


def _read_and_press(page: Page, key: str) -> float:
    """Nobody decides on a passage within a second: by then the next one has been fetched ahead."""
    page.wait_for_timeout(READING)
    return float(page.evaluate(_UNTIL_NEXT, key))


_UNTIL_NEXT = """key => new Promise(resolve => {
    const before = document.querySelector(".card[aria-current]").id, began = performance.now();
    const look = () => {
        const card = document.querySelector(".card[aria-current]");
        if (card && card.id !== before) requestAnimationFrame(() => resolve(performance.now() - began));
        else setTimeout(look, 1);
    };
    document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
    look();
})"""
_BARE = """async () => {
    const began = performance.now();
    await (await fetch("/sign-in/")).text();
    return performance.now() - began;
}"""
