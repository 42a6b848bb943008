"""Every plot of the site says what is seen, in what unit, from where; with its table, a CSV and a PNG file of it."""

import ast
import csv
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page
from pytest_django.live_server_helper import LiveServer

from indicators.models import Evidence
from people.models import User
from people.permissions import Role
from tests import backtests
from tests.alerts import outbox
from tests.browser.conftest import sign_in

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "/", "/countries/MMR/", "/countries/MMR/breakdown/", "/countries/MMR/change/", "/compare/?countries=MMR,SDN",
    "/countries/MMR/factor-plots/", "/indicators/7.14/", "/backtest/", "/sensitivity/", "/alerts/numbers/",
)  # fmt: skip
WORDS = {"title": "figcaption h3", "unit": ".chart-unit", "source": ".chart-source", "note": ".chart-note > p"}
PNG = b"\x89PNG\r\n\x1a\n"


def keys_in_code() -> set[str]:
    """The `key` of every chart that the code can make of data: the examples of `/style/` are made up."""
    found = set()
    for app in ("alerts", "countries", "indicators", "reports", "r2p_dashboard"):
        for path in set((ROOT / app).rglob("*.py")) - set((ROOT / "r2p_dashboard").glob("style_*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Chart":
                    found |= {ast.literal_eval(one.value) for one in node.keywords if one.arg == "key"}
    return found


@pytest.fixture
def all_plots(country_with_evidence: Evidence) -> None:
    outbox.alert()
    backtests.run_of()


def lacks(chart: Locator) -> list[str]:
    """What a plot does not say."""
    said = {name: (chart.locator(where).text_content() or "").strip() for name, where in WORDS.items()}
    missing = [name for name, text in said.items() if not text]
    drawn = chart.locator("[role=img]")
    if not (drawn.get_attribute("aria-label") if drawn.count() else chart.locator(".empty").text_content()):
        missing.append("alt")
    if not chart.locator("[data-twin] tbody tr").count():
        missing.append("rows")
    if "as of" not in said["source"] and "computed on" not in said["source"]:
        missing.append("day of the source")
    return missing


def test_every_chart_that_the_code_can_make_is_told_in_full(
    live_server: LiveServer, all_plots: None, people: Mapping[Role, User], open_page: Callable[..., Page]
) -> None:
    page = open_page()
    sign_in(page, live_server.url, people[Role.PUBLISHER])
    found: dict[str, list[str]] = {}
    for address in PAGES:
        page.goto(f"{live_server.url}{address}")
        for chart in page.locator("figure.chart").all():
            found[(chart.get_attribute("aria-labelledby") or "").removesuffix("-title")] = lacks(chart)

    assert set(found) == keys_in_code()
    assert {key: missing for key, missing in found.items() if missing} == {}


@pytest.mark.parametrize(("address", "dark"), [("/", False), ("/countries/MMR/", True)])
def test_a_plot_is_had_as_a_picture_and_as_rows(
    live_server: LiveServer, country_with_evidence: Evidence, open_page: Callable[..., Page], address: str, dark: bool
) -> None:
    page, asked = open_page(dark=dark), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}{address}")
    chart = page.locator("figure.chart").first
    chart.scroll_into_view_if_needed()
    with page.expect_download() as picture:
        chart.get_by_role("button", name="PNG").click()
    with page.expect_download() as rows:
        chart.get_by_role("link", name="CSV").click()

    assert picture.value.path().read_bytes().startswith(PNG)
    assert (picture.value.suggested_filename[-4:], rows.value.suggested_filename[-4:]) == (".png", ".csv")
    assert table_of(chart) == csv_of(rows.value.path())[:2]
    assert [url for url in asked if not url.startswith((live_server.url, "data:", "blob:"))] == []


@pytest.mark.parametrize("address", ["/", "/countries/MMR/"])
def test_without_javascript_the_table_is_open_and_no_box_is_empty(
    live_server: LiveServer, country_with_evidence: Evidence, open_page: Callable[..., Page], address: str
) -> None:
    page = open_page(java_script=False)
    page.goto(f"{live_server.url}{address}")
    chart = page.locator("figure.chart").first
    with page.expect_download() as rows:
        chart.get_by_role("link", name="CSV").click()

    assert not chart.locator(".plot").is_visible()
    assert not chart.locator("[data-picture]").is_visible()
    assert chart.locator("[data-twin] tbody tr").first.is_visible()
    assert table_of(chart) == csv_of(rows.value.path())[:2]


def test_with_javascript_the_table_is_shut_and_opens(
    live_server: LiveServer, country_with_evidence: Evidence, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(f"{live_server.url}/countries/MMR/")
    twin = page.locator("figure.chart [data-twin]").first

    assert not twin.locator("tbody tr").first.is_visible()
    twin.locator("summary").click()
    assert twin.locator("tbody tr").first.is_visible()


def table_of(chart: Locator) -> list[list[str]]:
    """Head and first row, as the file writes them."""
    rows = [chart.locator(f"[data-twin] {part} tr").first.locator("th, td") for part in ("thead", "tbody")]
    return [["" if text == "–" else text for text in row.all_text_contents()] for row in rows]


def csv_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("width", [1280, 360])
def test_titles_of_factors_are_whole_in_their_plots_and_cover_nothing(
    live_server: LiveServer, open_page: Callable[..., Page], country_with_evidence: Evidence, width: int
) -> None:
    page = open_page(width=width)
    page.goto(f"{live_server.url}/countries/MMR/factor-plots/")
    for plot in page.locator("[data-chart]").all():
        plot.scroll_into_view_if_needed()
        plot.locator(".drawn").wait_for()

        texts = plot.locator(".annotation-text").all()
        said = {"".join((one.text_content() or "").split()) for one in texts}
        assert "2Recordofseriousviolationsofinternationalhumanrightsandhumanitarianlaw" in said

        boxes = sorted((box for one in texts if (box := one.bounding_box())), key=lambda box: box["y"])
        assert len(boxes) == len(texts)
        assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
        assert all(one["y"] + one["height"] <= two["y"] + 1 for one, two in pairwise(boxes) if one["x"] == two["x"])
