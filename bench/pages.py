"""Figures: the pages and the API that are asked most, through Django's test client, on the demonstration.

Beside each: the same rows by one SQL query, written as JSON. CPU time is this process's; PostgreSQL's is not in it.
The current view may use the cache, another date is computed anew each time.
"""

import gzip
from collections.abc import Callable, Sequence

import orjson
from django.core.cache import cache
from django.db import connection
from django.db.models import Max, QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from bench import demonstration
from bench.figure import Figure, cpu_ms
from indicators import assess
from indicators.models import Evidence
from r2p_dashboard import clock
from reports.models import Passage

_COUNTRIES = """
    SELECT c.*, s.* FROM countries_country c JOIN indicators_standing t ON t.country_id = c.id
    JOIN indicators_snapshot s ON s.id = t.snapshot_id
"""
_EVIDENCE = """
    SELECT e.*, p.text, p.locator, i.code, i.label, f.name, r.title, r.url FROM indicators_evidence e
    JOIN reports_passage p ON p.id = e.passage_id JOIN reports_report r ON r.id = p.report_id
    JOIN indicators_indicator i ON i.id = e.indicator_id JOIN reports_family f ON f.id = e.family_id
"""
_OF_COUNTRY = f"{_EVIDENCE} JOIN countries_country c ON c.id = e.country_id WHERE c.iso3 = '{{}}'"


def measure(*, full: bool = False, iso3: str = "MMR", notes: str = "*.toml", times: int = 15) -> list[Figure]:
    """Loads the demonstration; `full` changes nothing."""
    demonstration.load(notes)
    country = {"iso3": iso3}
    rows, another = _OF_COUNTRY.format(iso3), {"as_of": "2024-05-31"}  # after the day on which the letter was public
    few = "≤ 15 CPU ms, ≤ 8 queries"
    asked = [
        ("world page", "world", {}, {}, _COUNTRIES, few),
        ("world page, another date", "world", {}, another, _COUNTRIES, "≤ 40 CPU ms"),
        (f"country page, {iso3}", "country", country, {}, rows, few),
        (f"country page, {iso3}, another date", "country", country, another, rows, "≤ 40 CPU ms"),
        *_others(iso3, rows),
        ("evidence list", "evidence", {}, {}, f"{_EVIDENCE} LIMIT 50", "≤ 25 CPU ms, ≤ 5 queries, ≤ 60 KB"),
        ("API, list of countries", "api:countries", {}, {}, _COUNTRIES, few),
        ("API, list of scores", "api:scores", {}, {}, _COUNTRIES, few),
    ]
    return [*[_figure(*one, times=times) for one in asked], _growth(country, times=times)]


def _others(iso3: str, rows: str) -> list[tuple[str, str, dict[str, str], dict[str, str], str, str]]:
    """The pages behind the country page and beside it; all of them are kept in parts."""
    few, country = "≤ 15 CPU ms, ≤ 8 queries", {"iso3": iso3}
    beside = {"countries": f"{iso3},SDN"}
    return [
        (f"brief, {iso3}", "country_brief", country, {}, rows, few),
        (f"breakdown, {iso3}", "country_breakdown", country, {}, rows, few),
        (f"factor plots, {iso3}", "country_factor_plots", country, {}, rows, few),
        (f"factor 7 of {iso3}", "country_factor", {"number": "7", **country}, {}, rows, few),
        ("two countries compared", "compare", {}, beside, _COUNTRIES, few),
        ("factor 7", "factor", {"number": "7"}, {}, _EVIDENCE, few),
        ("indicator 7.14", "indicator", {"code": "7.14"}, {}, _EVIDENCE, few),
    ]


def _growth(country: dict[str, str], *, times: int) -> Figure:
    """The country page when its country has ten times the evidence, in passages of their own, beside what it was."""
    few = _page_of(country, times=times)
    _grow(country["iso3"], times=10)
    many = _page_of(country, times=times)
    return Figure(
        f"country page, {country['iso3']}, ten times the evidence",
        many["warm_cpu_ms"],
        "CPU ms",
        "the same page before",
        few["warm_cpu_ms"],
        "≤ 1.2 ×",
        int(many["queries"]),
        details={
            f"{when}_{name}": value for when, page in (("few", few), ("many", many)) for name, value in page.items()
        },
    )


def _page_of(country: dict[str, str], *, times: int) -> dict[str, float]:
    client = Client(raise_request_exception=False, headers={"host": "localhost"})
    address = reverse("country", kwargs=country)
    ask = _asking(client, address, {})
    cold, warm = cpu_ms(_asking(client, address, {}, afresh=True), times), cpu_ms(ask, times)
    with CaptureQueriesContext(connection) as captured:
        ask()
    return {"warm_cpu_ms": warm, "cold_cpu_ms": cold, "queries": len(captured), "rows": _rows(country["iso3"]).count()}


def _rows(iso3: str) -> QuerySet[Evidence]:
    return Evidence.objects.ever_accepted().filter(country__iso3=iso3)


def _grow(iso3: str, *, times: int) -> None:
    """Every piece of evidence again, as another event in another passage, and scored."""
    rows = list(_rows(iso3).select_related("passage"))
    passages = Passage.objects.bulk_create(_again(rows, times))
    copies = [(row, number) for number in range(1, times) for row in rows]
    for (row, number), passage in zip(copies, passages, strict=True):
        row.pk, row.passage, row.event_key = None, passage, f"{row.event_key[:100]}-{number}"
        row.save(force_insert=True)
    assess.score_all(at=clock.now(), day=clock.installation_day())


def _again(rows: Sequence[Evidence], times: int) -> list[Passage]:
    last = Passage.objects.aggregate(last=Max("order"))["last"]
    return [
        Passage(report_id=row.passage.report_id, order=last + place, start=row.passage.start, end=row.passage.end,
                text=row.passage.text, locator=row.passage.locator)
        for place, row in enumerate(list(rows) * (times - 1), start=1)
    ]  # fmt: skip


def _figure(
    name: str, view: str, names: dict[str, str], query: dict[str, str], sql: str, reach: str, *, times: int
) -> Figure:
    try:
        address = reverse(view, kwargs=names)
    except NoReverseMatch:
        return Figure(name, skipped=f"no address is named {view!r} yet")
    client = Client(raise_request_exception=False, headers={"host": "localhost"})
    answer = client.get(address, query)
    if answer.status_code != 200:
        return Figure(name, skipped=f"it answered {answer.status_code}")
    ask, afresh = _asking(client, address, query), _asking(client, address, query, afresh=True)
    asked = afresh if "as_of" in query else ask  # what stands may come from the cache; another date is computed
    ask()
    again = cpu_ms(ask, times)
    asked()
    with CaptureQueriesContext(connection) as captured:
        asked()
    queries = len(captured)  # read at once: the next request empties the log
    sizes = {"bytes": len(answer.content), "gzip_bytes": len(gzip.compress(answer.content, 6))}
    return Figure(
        name,
        cpu_ms(asked, times),
        "CPU ms",
        "one SQL query of the same rows, as JSON",
        cpu_ms(lambda: _rows_as_json(sql), times),
        reach,
        queries,
        details={"with_empty_cache_cpu_ms": cpu_ms(afresh, times), "kept_cpu_ms": again, **sizes},
    )


def _asking(client: Client, address: str, query: dict[str, str], *, afresh: bool = False) -> Callable[[], object]:
    """One request; `afresh` forgets first what earlier ones left in the cache."""

    def ask() -> object:
        if afresh:
            cache.clear()
        return client.get(address, query)

    return ask


def _rows_as_json(sql: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return orjson.dumps(cursor.fetchall(), default=str)
