"""Pages in another language: its direction, its words, and none of them half."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from countries.views import fragments
from r2p_dashboard.local import phrases
from tests import make

pytestmark = pytest.mark.usefixtures("reference")

PAGES = ("/", "/countries/MMR/", "/alerts/", "/factors/7/", "/evidence/", "/method/", "/search/?q=Myanmar", "/status/")


def test_a_page_says_its_language_and_runs_from_left_to_right(client: Client) -> None:
    assert '<html lang="en" dir="ltr">' in client.get("/").text


@pytest.mark.parametrize("address", [*PAGES, "/api/v1/docs/"])
def test_in_arabic_a_page_runs_from_right_to_left(client: Client, address: str) -> None:
    make.accepted()

    with translation.override("ar"):
        answer = client.get(address)

    assert answer.status_code == 200
    assert '<html lang="ar" dir="rtl">' in answer.text


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("address", PAGES)
def test_a_language_that_says_everything_is_said_on_every_page(client: Client, address: str) -> None:
    make.accepted()

    answer = client.get(address)

    assert answer.status_code == 200
    assert answer.text.count("⟦") > 15
    assert "%(" not in answer.text, "a place in a sentence that nothing filled"


def test_what_is_kept_in_one_language_is_not_served_in_another() -> None:
    def words() -> str:
        return fragments.kept("words", translation.get_language, content="the same") or ""

    english = words()
    with translation.override("ar"):
        arabic = words()

    assert (english, arabic, words()) == ("en", "ar", "en")


@pytest.mark.parametrize("path", sorted(phrases.TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_what_a_block_counts_is_not_renamed_in_it(path: Path) -> None:
    """Django looks the counted value up among the names of the block: `count n=event.others with event=…` has none."""
    blocks = re.findall(r"\{% blocktranslate (.*?) %\}", path.read_text(encoding="utf-8"))
    counted = [(found[1], block) for block in blocks if (found := re.search(r"count \w+=(\w+)", block))]

    assert [block for root, block in counted if f" {root}=" in f" {block.partition(' with ')[2]}"] == []
