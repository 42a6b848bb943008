"""The method page."""

import datetime as dt
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators import assess, methods
from indicators.models import MethodVersion
from tests import make


def text_of(client: Client) -> str:
    """The page's words, tags and line ends dropped."""
    return " ".join(re.sub(r"<[^>]+>", " ", client.get("/method/").text).split())


@pytest.mark.usefixtures("reference")
def test_shows_the_shipped_parameters() -> None:
    text = text_of(Client())

    assert "LOW 10 up to but not 20" in text
    assert "SEVERE from 50" in text
    assert "365 days (about 1 year)" in text
    assert MethodVersion.objects.get().sha256 in text


@pytest.mark.usefixtures("reference")
def test_shows_another_methods_parameters_when_that_is_in_use() -> None:
    shipped = MethodVersion.objects.get()
    MethodVersion.objects.create(
        formula=shipped.formula,
        framework=shipped.framework,
        parameters=shipped.parameters | {"up": [15, 30, 50, 70], "xi": 0.1},
        goalposts=shipped.goalposts,
        sha256="f" * 64,
        provisional=False,
        published_at=make.NOW.replace(year=2027),
    )

    text = text_of(Client())

    assert "LOW 15 up to but not 30" in text
    assert "provisional until" not in text
    assert "0.1 of full strength" in text


@pytest.mark.usefixtures("reference")
def test_says_what_stands_beside_an_index_also_under_a_version_that_leaves_parameters_out() -> None:
    shipped = MethodVersion.objects.get()
    older = {key: value for key, value in shipped.parameters.items() if not key.startswith("blackout")}
    MethodVersion.objects.create(
        formula=shipped.formula,
        framework=shipped.framework,
        parameters=older | {"alarm_points": 6},
        goalposts=shipped.goalposts,
        sha256="e" * 64,
        published_at=make.NOW.replace(year=2027),
    )

    text = text_of(Client())

    assert "computed 200 times more with the same evidence" in text
    assert "A rise by 6 points or more in 90 days" in text
    assert "Public reports of the last 90 days are fewer than 33 of every 100" in text


@pytest.mark.usefixtures("reference")
def test_says_what_the_index_is_not_and_how_much_is_unchecked(client: Client) -> None:
    text = text_of(client)

    for words in ("Not a probability", "Not a ranking", "Not a legal finding", "provisional", "not assessed"):
        assert words in text
    assert re.search(r"39 numbers confirmed, 101 recalled and not yet checked", text)


@pytest.mark.usefixtures("nothing_loaded")
def test_without_a_method_it_says_so(client: Client) -> None:
    for page in ("/method/", "/sensitivity/"):
        assert "No method is published yet." in client.get(page).text


@pytest.mark.usefixtures("reference")
def test_needs_few_queries(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(4):
        client.get("/method/")


@pytest.mark.usefixtures("reference")
def test_every_version_stands_with_its_state_its_note_and_what_differs() -> None:
    shipped = MethodVersion.objects.get()
    later = shipped.published_at + dt.timedelta(days=1)
    newer = methods.publish(overrides={"Wcommon": 0.5, "Wspec": 0.5}, note="equal halves, to see", at=later)
    assess.score_all(at=later, day=make.TODAY)
    methods.retire(sha256=shipped.sha256, at=later + dt.timedelta(days=1))

    page = " ".join(Client().get("/method/").text.split())
    _, new, old = page.partition('id="versions"')[2].partition("</section>")[0].split('<div class="note" id="version-')

    assert new.startswith(newer.sha256[:8])
    assert f"<strong>{newer}</strong>, in use; published on {later:%-d %B %Y}. Equal halves, to see." in new
    assert f"What differs from {shipped}" in new
    assert "<code>Wcommon</code></th><td>0.6</td><td>0.5</td>" in new
    assert old.startswith(shipped.sha256[:8])
    assert f"retired on {later + dt.timedelta(days=1):%-d %B %Y}" in old
    assert "What differs" not in old
