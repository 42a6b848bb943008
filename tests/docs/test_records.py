"""The written record: every decision says why and what follows, and every path that a page names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECORDS = sorted((ROOT / "docs/decisions").glob("*.md"))
PAGES = [*sorted((ROOT / "docs").glob("**/*.md")), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "README.md"]
TOP = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
MADE_LATER = ("bench/results", "staticfiles")  # by a command, never committed


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_decision_has_its_number_status_reasons_and_consequences(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert re.fullmatch(r"\d{4}-[a-z0-9-]+", path.stem)
    assert text.startswith(f"# {path.stem[:4]} ")
    assert "\nStatus: " in text
    assert "## Decision" in text
    assert "## Consequences" in text
    assert "## Context" in text or "## Why" in text


def test_decisions_are_numbered_without_gap() -> None:
    assert [int(path.stem[:4]) for path in RECORDS] == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_paths_that_a_page_names_are_there(page: Path) -> None:
    named = re.findall(r"`([\w.-]+/[\w./*{},-]*)`", page.read_text(encoding="utf-8"))
    here = [name for name in named if name.split("/")[0] in TOP and not name.startswith(MADE_LATER)]
    plain = [name.rstrip("/") for name in here if "{" not in name and "NNNN" not in name]

    assert [name for name in plain if not list(ROOT.glob(name))] == []
