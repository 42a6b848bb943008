"""Nothing that was recorded is lost from the ledger, and its words and days belong together."""

import datetime as dt

import pytest
from django.test import Client

from alerts.models import Measure, Response
from alerts.situations import situations
from alerts.views.answers import own_responses
from people.permissions import Role
from tests import make
from tests.alerts import given, ledgers, outbox
from tests.pages.test_ledger import ANSWER, signed_in

pytestmark = pytest.mark.usefixtures("reference")
DAY = dt.timedelta(days=1)


def test_a_response_recorded_from_a_correction_stands_with_the_alert_that_it_is_about(client: Client) -> None:
    alert = outbox.alert(headline="It rose")
    letter = outbox.alert(kind="correction", corrects=alert)
    signed_in(client, Role.FOCAL_POINT)
    form = f"/responses/new/?alert={letter.pk}"

    assert "It rose" in client.get(form).text
    client.post(form, ANSWER | {"text": "We act now.", "sensitivity": "0"})

    client.logout()
    for path in ("/ledger/", "/countries/MMR/", "/api/v1/ledger/"):
        assert "We act now." in client.get(path).text
    [row] = client.get("/api/v1/ledger/").json()["results"]
    assert (row["warning"], row["text"]) == (f"alert-{alert.pk}", "We act now.")


def test_the_link_of_a_correction_lists_what_its_reader_recorded() -> None:
    alert, person = outbox.alert(), make.person(Role.FOCAL_POINT)
    row = ledgers.response(alert=alert, entered_by=person)
    mail = given.took(outbox.alert(kind="correction", corrects=alert), person)

    assert list(own_responses(mail)) == [row]


def test_steps_stand_by_their_days_and_the_last_word_of_a_day_holds(client: Client) -> None:
    row, day = ledgers.response(), dt.date(2024, 6, 10)
    ledgers.step(row, on=day + DAY, status="", is_outcome=True, text="LATER")
    ledgers.step(row, on=day, status="under_way", text="EARLIER")
    ledgers.step(row, on=day, status="done")

    text = client.get(f"/responses/{row.pk}/").text

    assert text.index("EARLIER") < text.index("LATER")
    assert client.get("/api/v1/ledger/").json()["results"][0]["status"] == "done"


def test_the_first_outcome_and_the_latest_keep_their_own_days(client: Client) -> None:
    row = ledgers.response(alert=outbox.alert())
    for day, text in ((10, "The first."), (25, "The second.")):
        ledgers.step(row, status="", is_outcome=True, text=text, on=dt.date(2024, 7, day))

    [found] = client.get("/api/v1/ledger/").json()["results"]

    assert (found["outcome_on"], found["outcome"], found["days_to_outcome"]) == ("2024-07-10", "The first.", 9)
    assert (found["latest_outcome_on"], found["latest_outcome"]) == ("2024-07-25", "The second.")


def test_a_closed_situation_keeps_its_countries_in_the_ledger(client: Client) -> None:
    situation = ledgers.warning().situation
    situations.close(situation_id=situation.pk, reason="over now", by=make.person(Role.PUBLISHER), at=make.NOW + DAY)

    [row] = client.get("/api/v1/ledger/?country=MMR").json()["results"]

    assert row["countries"] == ["MMR"]


def test_a_response_is_corrected_though_its_measure_is_offered_no_more(client: Client) -> None:
    row = ledgers.response(entered_by=signed_in(client, Role.FOCAL_POINT))
    Measure.objects.filter(responses=row).update(is_offered=False)
    change = f"/responses/{row.pk}/change/"

    assert "(offered no more)" in client.get(change).text
    client.post(change, ANSWER | {"action": "correct", "text": "Put right."})

    assert Response.objects.get(replaces=row).measure == row.measure
    assert "(offered no more)" not in client.get(f"/responses/new/?situation={row.situation.slug}").text
