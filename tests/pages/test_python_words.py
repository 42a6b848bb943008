"""What Python says on a page is said in the language that is active: labels, errors, messages, titles of plots."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from alerts.subscriptions.hours_forms import HoursForm
from countries import map_modes
from countries.charts import Chart
from indicators.fields import Line
from tests import make

SAID = {
    "Your time zone": "Heure de qui lit",
    "Found one time; wanted both, or none for mails at any hour.": "Une seule heure.",
    "Saved.": "Retenu.",
    "Level by country": "Niveau par pays",
    "Found nothing; wanted {text}.": "Rien ; il faut {text}.",
    "text of at most {most} characters": "au plus {most} lettres",
}
HOURS = {"action": "save", "language": "fr", "time_zone": "Africa/Khartoum", "quiet_from": "", "quiet_until": ""}


@pytest.fixture
def other(tmp_path: Path, settings: Settings) -> Iterator[None]:
    """A language that can say a few things: Irish, which this installation does not speak."""
    catalog = Catalog(locale="ga")
    for said, there in SAID.items():
        catalog.add(said, there)
    folder = tmp_path / "ga" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "django.mo").open("wb") as file:
        write_mo(file, catalog)
    settings.LOCALE_PATHS = [tmp_path]
    with translation.override("ga"):
        yield


def world() -> Chart:
    return map_modes.world_map(
        map_modes.MODES["level"], [], points={}, neutral=[], geometry="/land.json", day="1 June 2024", source="ours"
    )


@pytest.mark.usefixtures("other")
def test_a_label_and_an_error_that_were_written_at_import_follow_the_language() -> None:
    form = HoursForm({**HOURS, "quiet_from": "22:00"})

    assert str(form["time_zone"].label) == "Heure de qui lit"
    assert form.errors["quiet_until"] == ["Une seule heure."]
    with translation.override("en"):
        assert str(form["time_zone"].label) == "Your time zone"


def test_an_error_that_is_put_together_follows_the_language_too(other: None) -> None:
    with translation.override("en"):
        field = Line(max_length=60)

    assert str(field.error_messages["required"]) == "Rien ; il faut au plus 60 lettres."
    with translation.override("en"):
        assert str(field.error_messages["required"]) == "Found nothing; wanted text of at most 60 characters."


@pytest.mark.usefixtures("other")
def test_a_plot_is_titled_in_the_language_and_has_plain_text() -> None:
    assert world().title == "Niveau par pays, 1 June 2024"
    with translation.override("en"):
        plot = world()

    assert plot.title == "Level by country, 1 June 2024"
    assert {type(words) for words in (plot.title, plot.unit, plot.note, plot.alt, *plot.columns)} == {str}


@pytest.mark.usefixtures("other", "reference")
def test_a_message_is_said_in_the_language(client: Client) -> None:
    client.force_login(make.person())

    page = client.post("/subscriptions/mail/", HOURS, follow=True)

    assert [str(message) for message in page.context["messages"]] == ["Retenu."]
