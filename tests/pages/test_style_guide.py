"""The page of parts has every partial and every tag that draws, so that none is forgotten."""

import re
from pathlib import Path

import pytest
from django.test import Client

from people.permissions import Role
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "templates" / "style.html").read_text(encoding="utf-8")
FRAME = {  # the frame of every page, this one too
    "alert_nav", "as_of", "banner", "day_picker", "footer", "header", "maintenance", "messages", "notices",
}  # fmt: skip
TAG = re.compile(r"@register\.simple_tag\ndef (\w+)\(")
WORDS_ALONE = {"retracted", "course_words"}
IN_THE_CHART = {"figure_json", "chart_table", "chart_csv"}


def page() -> str:
    client = Client()
    client.force_login(make.person(Role.CODER))
    return client.get("/style/").text


def test_every_partial_is_shown() -> None:
    partials = {path.stem for path in (ROOT / "templates" / "_partials").glob("*.html")} - FRAME

    assert {name for name in partials if f'"_partials/{name}.html"' not in PAGE} == set()


def test_every_tag_that_draws_is_shown() -> None:
    folder = ROOT / "countries" / "templatetags"
    tags = {tag for path in folder.glob("*.py") for tag in TAG.findall(path.read_text(encoding="utf-8"))}
    shown = PAGE + (ROOT / "templates" / "countries" / "_sparkline.html").read_text(encoding="utf-8")

    assert {tag for tag in tags - WORDS_ALONE - IN_THE_CHART if not re.search(rf"{{% {tag} ", shown)} == set()


def test_every_colour_of_the_ramp_and_every_step_is_shown() -> None:
    text = page()
    tokens = (ROOT / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    wanted = set(re.findall(r"--((?:level-\d|step-+\d|s-\d))\s*:", tokens))

    assert {name for name in wanted if f"<code>--{name}</code>" not in text} == set()


def test_it_has_every_level_and_every_state_of_evidence() -> None:
    text = page()

    for word in ("SEVERE", "HIGH", "ELEVATED", "LOW", "MINIMAL", "UNDETERMINED", "not assessed"):
        assert word in text
    for state in ("accepted", "proposed", "retracted"):
        assert state in text
    assert "nothing that counts is known" in text


def test_nothing_on_it_is_a_country(client: Client) -> None:
    main = page().partition("<main")[2].partition("</main>")[0]

    assert "/countries/" not in main
    assert "made up" in main


def test_it_asks_the_database_for_nothing_of_its_own(django_assert_max_num_queries: object) -> None:
    client = Client()
    client.force_login(make.person(Role.CODER))
    client.get("/style/")
    with django_assert_max_num_queries(6):  # type: ignore[operator]  # session, user, and what the header counts
        client.get("/style/")
