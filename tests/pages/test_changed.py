"""Who changed what in a situation or an office: kept with name and reason, shown to those who may see it."""

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from alerts.answers import offices
from alerts.models import Change, Situation, SituationPlace
from alerts.situations import situations
from people.models import User
from people.permissions import Role
from tests import make
from tests.alerts import given, outbox
from tests.make import NOW
from tests.pages.test_situations import EDIT, shared

pytestmark = pytest.mark.usefixtures("reference")
PAGE = "/situations/the-river/"


@pytest.fixture
def publisher(client: Client) -> User:
    person = make.person(Role.PUBLISHER, name="Pia Publisher")
    client.force_login(person)
    return person


def said() -> list[str]:
    return list(Change.objects.order_by("pk").values_list("what", flat=True))


def test_every_change_of_a_situation_is_kept_with_who_and_why(client: Client, publisher: User) -> None:
    shared("MMR", "SDN")
    seen = {"was_name": "The river", "was_part": "", "was_about": ""}
    client.post(EDIT, {"action": "describe", "name": "The river", "part": "The mouth", "about": "Words", **seen})
    client.post(EDIT, {"action": "put", "country": "BGD"})
    client.post(EDIT, {"action": "put", "country": "BGD", "is_home": "on"})
    client.post(EDIT, {"action": "take", "country": "SDN"})
    client.post(EDIT, {"action": "close", "reason": "it is over"})

    assert said() == [
        "opened", "about, part changed", "Bangladesh: added", "Bangladesh: its alerts are threaded here",
        "Sudan: taken out", "closed",
    ]  # fmt: skip
    last = Change.objects.latest("pk")
    assert (last.by, last.reason) == (publisher, "it is over")
    assert Change.objects.get(what__contains="changed").before == {"about": "", "part": ""}
    assert "Pia Publisher" in client.get(PAGE).text


def test_the_public_reads_what_was_changed_and_neither_names_nor_reasons(client: Client, publisher: User) -> None:
    shared()
    client.post(EDIT, {"action": "close", "reason": "it is over"})
    client.post(EDIT, {"action": "reopen", "reason": "a secret of ours"})
    client.logout()

    text = client.get(PAGE).text

    assert "<strong>opened again</strong> by a publisher" in text
    assert not any(words in text for words in ("Pia Publisher", "a secret of ours", "it is over", "What stood before"))


def test_a_closed_situation_is_opened_again_about_its_countries(client: Client, publisher: User) -> None:
    shared("MMR", "SDN")
    client.post(EDIT, {"action": "take", "country": "SDN"})
    client.post(EDIT, {"action": "put", "country": "MMR", "is_home": "on"})
    client.post(EDIT, {"action": "close", "reason": "it is over"})
    assert "Open it again" in client.get(EDIT).text

    answer = client.post(EDIT, {"action": "reopen", "reason": "it began anew"})

    found = Situation.objects.get(slug="the-river")
    [place] = SituationPlace.objects.filter(situation=found, until=None).select_related("country")
    assert (answer.status_code, found.closed_at, place.country.iso3, place.is_home) == (302, None, "MMR", True)
    assert Change.objects.latest("pk").before["because"] == "it is over"
    assert client.post(EDIT, {"action": "reopen", "reason": "again"}).status_code == 400


def test_a_country_that_has_another_home_by_now_keeps_it(publisher: User) -> None:
    first = outbox.situation()
    situations.close(situation_id=first.pk, reason="it is over", by=publisher, at=NOW)
    second = outbox.situation()

    situations.reopen(situation_id=first.pk, reason="it began anew", by=publisher, at=NOW)

    assert outbox.situation() == second
    assert SituationPlace.objects.get(situation=first, until=None).is_home is False


def test_only_those_who_open_one_open_it_again(client: Client, publisher: User) -> None:
    found = shared()
    client.post(EDIT, {"action": "close", "reason": "it is over"})
    client.force_login(make.person(Role.REVIEWER))

    assert client.post(EDIT, {"action": "reopen", "reason": "mine"}).status_code == 403
    assert "Open this situation again" not in client.get(PAGE).text
    with pytest.raises(situations.SituationError, match="may not"):
        situations.reopen(situation_id=found.pk, reason="mine", by=make.person(Role.REVIEWER), at=NOW)


def test_every_change_of_an_office_is_kept_with_who(client: Client, publisher: User) -> None:
    one, two = given.focal_points(2)
    office = offices.open_office(name="An office", kind="organisation", country=None, by=publisher, at=NOW)
    for person in (one, two):
        offices.put_person(office_id=office.pk, person=person, by=publisher, at=NOW)
    offices.move_person(office_id=office.pk, person_id=two.pk, is_up=True, by=publisher, at=NOW)
    offices.describe(office_id=office.pk, name="The office", languages=["fr"], by=publisher, at=NOW)
    day = NOW.date()
    for _ in range(2):
        away = offices.say_absence(person=two, first_day=day, last_day=day, by=publisher, at=NOW)
    offices.cancel_absence(absence_id=away.pk, by=publisher, at=NOW)
    offices.take_person(office_id=office.pk, person_id=one.pk, by=publisher, at=NOW)
    offices.end_office(office_id=office.pk, by=publisher, at=NOW)

    assert said() == [
        "made", "put in, asked last", "put in, asked last", "asked earlier", "name, languages changed",
        f"absence of {day} to {day} said", f"absence of {day} to {day} cancelled", "taken out", "ended",
    ]  # fmt: skip
    assert set(Change.objects.values_list("by", flat=True)) == {publisher.pk}
    assert f"<strong>asked earlier: {two.name}</strong> by a publisher, Pia Publisher" in client.get(
        f"/offices/{office.pk}/"
    ).text.replace("\n", " ")


def test_a_member_reads_what_was_changed_in_their_office_and_the_role(client: Client, publisher: User) -> None:
    (member,) = given.focal_points(1)
    office = given.office(member)
    offices.describe(office_id=office.pk, name="The office", languages=[], by=publisher, at=NOW)
    client.force_login(member)

    text = client.get(f"/offices/{office.pk}/").text

    assert "<strong>name changed</strong> by a publisher" in text
    assert "Pia Publisher" not in text


def test_nothing_is_logged_where_nothing_changed(publisher: User) -> None:
    office = given.office(*given.focal_points(1))
    offices.describe(office_id=office.pk, name=office.name, languages=[], by=publisher, at=NOW)

    assert said() == []


def test_what_was_logged_is_never_rewritten(publisher: User) -> None:
    shared()
    for change in (lambda: Change.objects.update(what="x"), lambda: Change.objects.all().delete()):
        with pytest.raises(DatabaseError, match="never"), transaction.atomic():
            change()
