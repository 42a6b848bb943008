"""The chart library: the package's own file, or what `make plotly` built with only the kinds of trace that we draw."""

import re
from pathlib import Path

import pytest
from pytest_django import Settings

from r2p_dashboard.static_finders import NAME, PlotlyFinder, library_folder

ROOT = Path(__file__).resolve().parents[2]
ENTRY = (ROOT / "r2p_dashboard" / "plotly_entry.js").read_text(encoding="utf-8")
TRACE = re.compile(r'"type": "([a-z0-9]+)"')
IN_CORE = "scatter"
NO_TRACES = {"date", "line", "data", "log", "category", "linear", "rect", "path"}  # of axes, error bars and shapes


def test_the_bundle_has_every_kind_of_trace_that_is_drawn_and_no_other() -> None:
    folders = ("countries", "indicators", "alerts", "reports")
    texts = [path.read_text(encoding="utf-8") for folder in folders for path in (ROOT / folder).rglob("*.py")]
    drawn = {kind for text in texts if "Figure" in text for kind in TRACE.findall(text)} - NO_TRACES
    bundled = set(re.findall(r'from "plotly\.js/lib/(\w+)"', ENTRY)) - {"core"} | {IN_CORE}

    assert drawn == bundled


def test_without_a_bundle_the_file_of_the_package_is_served(settings: Settings, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path

    assert library_folder().name == "package_data"
    assert Path(PlotlyFinder().find(f"plotly/{NAME}")).is_file()


def test_a_bundle_is_served_once_it_is_built(settings: Settings, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / NAME).write_text("window.Plotly = {};", encoding="utf-8")

    assert Path(PlotlyFinder().find(f"plotly/{NAME}")).parent == tmp_path / "build"
    assert PlotlyFinder().find("plotly/other.js") == []


@pytest.mark.parametrize("name", ["package.json", "package-lock.json"])
def test_the_version_of_the_library_is_that_of_the_package(name: str) -> None:
    """The package plotly 7.1.0 carries plotly.js 4.1.1; figures are checked against the package."""
    assert '"plotly.js": "4.1.1"' in (ROOT / name).read_text(encoding="utf-8")
