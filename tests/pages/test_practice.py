"""Practice is for those who release: no page, feed or API names or counts it for others, and it uses no draft up."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from alerts.desk import refuse, release
from alerts.models import Alert, Verdict
from alerts.urls import urlpatterns
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.alerts.desks import draft
from tests.alerts.test_taking_back import corrected, out, withdrawn
from tests.api.test_redaction import PLACES

pytestmark = pytest.mark.usefixtures("reference")
NUMBER = 987_654  # in no page by chance
LATER = make.NOW + dt.timedelta(days=2)
OF_A_COUNTRY = ("/countries/MMR/", "/situations/myanmar/", "/alerts/country/MMR.atom", "/alerts/region/142.atom")
OPEN = (None, Role.READER, Role.FOCAL_POINT, Role.CODER, Role.REVIEWER)


def practised(**fields: Any) -> Alert:
    """One whose signal was judged."""
    row = outbox.alert(pk=NUMBER, is_dry_run=True, matched_at=make.NOW, headline="Marker practised", **fields)
    Verdict.objects.create(signal=row.signal, rule="AR-2", reason="the level rose", judged_at=make.NOW)
    return row


def addresses() -> list[str]:
    """Every page about alerts without an argument, those of the country, and every address of the API."""
    plain = [f"/{one.pattern}" for one in urlpatterns if "<" not in str(one.pattern)]
    api = [f"/api/v1/{path}?{'format=csv' if is_list else ''}" for path, is_list in PLACES.values()]
    json = [f"/api/v1/{path}" for path, _ in PLACES.values()]
    return ["/", *plain, *OF_A_COUNTRY, *api, *json]


@pytest.mark.parametrize("role", OPEN)
def test_no_page_feed_or_api_names_practice_for_who_does_not_release(client: Client, role: Role | None) -> None:
    practised()
    if role is not None:
        client.force_login(make.person(role))

    for address in addresses():
        text = client.get(address).text
        assert str(NUMBER) not in text, address
        assert "Marker practised" not in text, address


def test_nobody_is_told_that_a_practised_alert_was_released(client: Client) -> None:
    practised()

    for address in ("/signals/", "/alerts/", "/countries/MMR/"):
        assert "An alert was released" not in client.get(address).text, address
    assert client.get("/api/v1/signals/").json()["results"][0]["alert"] is None


def test_a_situation_neither_counts_practice_nor_dates_itself_by_it(client: Client) -> None:
    practised(released_at=LATER)
    outbox.alert()

    row = client.get("/situations/").context["page"].object_list[0]

    assert (row.sent, row.last) == (1, make.NOW)


def test_who_releases_sees_practice_beside_the_signal_but_what_is_in_earnest_first(client: Client) -> None:
    row, publisher = draft(), make.person(Role.PUBLISHER)
    Verdict.objects.create(signal=row.signal, rule="AR-2", reason="the level rose", judged_at=make.NOW)
    practice = release.release(alert_id=row.pk, by=publisher, reason="to train us", at=make.NOW, is_dry_run=True)
    client.force_login(publisher)

    assert client.get("/signals/").context["signals"][0].alert == row
    refuse.refuse(alert_id=row.pk, by=publisher, reason="one body", at=make.NOW)
    assert client.get("/signals/").context["signals"][0].alert == row
    assert practice.headline in client.get("/alerts/practice/").text
    client.logout()
    assert "A person decided against a warning." in client.get("/signals/").text


@pytest.mark.parametrize("take_back", [withdrawn, corrected])
def test_a_signal_names_the_alert_that_it_raised_and_no_letter_about_it(client: Client, take_back: Any) -> None:
    row = out()
    Verdict.objects.create(signal=row.signal, rule="AR-2", reason="the level rose", judged_at=make.NOW)
    letter = take_back(row)

    assert letter.signal == row.signal
    assert [one["alert"] for one in client.get("/api/v1/signals/").json()["results"]] == [row.pk]


def test_a_draft_is_practised_as_often_as_is_wanted_and_still_goes_out(client: Client) -> None:
    row = draft(valid_until=dt.date(2100, 1, 1))
    row.reasons.create(order=1, text="Synthetic reason", grade="B2")
    client.force_login(make.person(Role.PUBLISHER))
    for _ in range(2):
        page = client.post(f"/alerts/{row.pk}/release/", {"reason": "To train us", "as": "practice"}, follow=True)
    made = Alert.objects.practised()[0]

    assert f"Practised as alert {made.pk}. Nobody is written to; alert {row.pk} still waits." in page.text
    assert (made.reasons.get().text, made.headline, made.decisions.get().action) == (
        "Synthetic reason", row.headline, "released",
    )  # fmt: skip
    client.post(f"/alerts/{row.pk}/release/", {"reason": "In earnest"})
    row.refresh_from_db()
    assert (row.state, row.is_dry_run, Alert.objects.practised().count()) == ("released", False, 2)


def test_while_a_draft_is_practised_others_hear_that_a_person_decides(client: Client) -> None:
    row = draft()
    Verdict.objects.create(signal=row.signal, rule="AR-2", reason="the level rose", judged_at=make.NOW)
    client.force_login(make.person(Role.PUBLISHER))
    client.post(f"/alerts/{row.pk}/release/", {"reason": "To train us", "as": "practice"})
    client.logout()

    assert "A person decides whether to warn." in client.get("/signals/").text
