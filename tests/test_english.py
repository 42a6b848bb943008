"""What outlives a page, and what machines read, is in English, whatever language is active; pages are not."""

import json
import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import Settings as Site

from alerts.channels import telling
from alerts.desk import withdraw
from alerts.models import Alert
from alerts.raising.saying import said_of_signal
from indicators.importing.words import for_import
from indicators.models import TableImport
from indicators.models.score import Level
from indicators.tables.reading import Table
from indicators.tables.rows import Settings
from people.english import in_english
from people.permissions import Role
from tests import backtests, make, marked
from tests.alerts import ledgers, outbox, rounds
from tests.api import given
from tests.api.test_schema import ADDRESSES

pytestmark = pytest.mark.usefixtures("reference")

MACHINES = ("/alerts/feed.atom", "/alerts/{alert}/cap.xml", "/levers.ics", "/countries/MMR/levers.ics")


def everything() -> dict[str, int]:
    """The numbers of what the addresses name."""
    number = given.evidence(3)[0].pk
    given.series_values(2)
    given.event_months(2)
    given.published(2)
    given.scored()
    ledgers.lever()
    return {"id": number, "backtest": backtests.run_of().pk, "alert": outbox.alert().pk}


def test_a_label_is_said_in_english_and_the_language_is_as_before(tmp_path: Path, settings: Site) -> None:
    row = outbox.alert()

    with marked.spoken(tmp_path, settings):
        assert (in_english(Level.HIGH.label), in_english(row.get_kind_display)) == ("HIGH", "a level that rose")
        assert (str(Level.HIGH.label), row.get_kind_display()) == ("⟦HIGH⟧", "⟦a level that rose⟧")
        assert translation.get_language() == marked.LANGUAGE


def test_the_api_says_the_same_in_every_language(client: Client, tmp_path: Path, settings: Site) -> None:
    numbers = everything()
    asked = [given.BASE + one.format(**numbers) for group in ADDRESSES.values() for one in group]
    asked += [f"{one}{'&' if '?' in one else '?'}format=csv" for one in asked] + ["/api/v1/schema/"]
    english = {one: _told(client, one) for one in asked}

    with marked.spoken(tmp_path, settings):
        other = {one: _told(client, one) for one in asked}

    assert [one for one in asked if other[one] != english[one]] == []
    assert sum(b"MINIMAL" in body or b"ELEVATED" in body for body in other.values()) > 5


def _told(client: Client, address: str) -> bytes:
    """Without the instant at which it was counted."""
    return re.sub(rb'"counted_at":"[^"]+"|20[2-9]\d-\d\d-\d\dT[\d:.]+Z', b"", client.get(address).content)


@pytest.mark.parametrize("address", MACHINES)
def test_feeds_and_calendars_say_the_same_in_every_language(
    client: Client, tmp_path: Path, settings: Site, address: str
) -> None:
    address = address.format(**everything())
    english = client.get(address)

    with marked.spoken(tmp_path, settings):
        other = client.get(address)

    assert english.status_code == 200
    assert "⟦" not in other.text
    assert other.text.count("ELEVATED") == english.text.count("ELEVATED")


def test_a_webhook_is_told_in_english(tmp_path: Path, settings: Site) -> None:
    row = outbox.delivery()  # the words do not depend on the channel

    with marked.spoken(tmp_path, settings):
        body = telling.body_of(row, at=make.NOW)

    assert b"\xe2\x9f\xa6" not in body
    assert json.loads(body)["alert"]["level"] == "ELEVATED"


@pytest.mark.usefixtures("marked")
def test_what_an_alert_says_is_written_in_english() -> None:
    row = rounds.alert()

    assert "HIGH" in row.what_changed or "SEVERE" in row.what_changed
    assert "⟦" not in " ".join(str(value) for value in Alert.objects.filter(pk=row.pk).values().get().values())
    assert "⟦" not in said_of_signal(row.signal)


@pytest.mark.usefixtures("marked")
def test_a_withdrawal_is_written_in_english() -> None:
    row = outbox.alert()

    letter = withdraw.withdraw(
        alert_id=row.pk, by=make.person(Role.PUBLISHER), wrong="the count was wrong", reason="recounted", at=make.NOW
    )

    assert "ELEVATED" in f"{letter.headline} {letter.what_changed}"
    assert "⟦" not in " ".join(str(value) for value in Alert.objects.filter(pk=letter.pk).values().get().values())


@pytest.mark.usefixtures("marked")
def test_the_words_of_a_file_that_is_sent_in_are_english() -> None:
    chosen = Settings(columns={}, header=(), answers={}, today=make.TODAY, earliest=make.TODAY, clearance=3)
    words = for_import(TableImport(kind=TableImport.Kind.EVIDENCE), Table(header=(), lines=()), chosen)

    assert words.actors["armed group"] == "armed_group"
    assert words.sensitivities["confidential"] == 2


@pytest.mark.usefixtures("marked")
def test_a_page_says_labels_in_its_language(client: Client) -> None:
    make.accepted()
    given.scored()

    page = client.get("/countries/MMR/").text

    assert re.search(r'<span class="level level-[a-z]+[^>]*>⟦[A-Z]+⟧</span>', page)
    assert "⟦source ⟦B: usually reliable⟧; statement" in page or "⟦source usually reliable⟧" in page
