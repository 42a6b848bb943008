"""Correcting a piece by hand, what its page tells both ways, and the public list of corrections."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators import coding, linking
from indicators.models import Evidence
from people.models import User
from people.permissions import Role, Sensitivity
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
LATER = make.NOW + dt.timedelta(days=2)


@pytest.fixture
def coder(client: Client) -> User:
    person = make.person(Role.CODER, name="Cora Coder")
    client.force_login(person)
    return person


def corrected(old: Evidence, *, coder: User | None = None, is_accepted: bool = True) -> Evidence:
    new = coding.propose(
        passage=old.passage, draft=make.draft(severity=1, event_key=old.event_key, family=old.family),
        coder=coder or make.person(Role.CODER), at=make.NOW, installation_day=make.TODAY,
        correction=coding.Correction(old, "three were counted twice"),
    )  # fmt: skip
    if is_accepted:
        coding.accept(evidence_id=new.pk, by=make.person(Role.REVIEWER, name="Rita Reviewer"), at=LATER)
    return new


def filled(client: Client, old: Evidence, **changes: Any) -> dict[str, Any]:
    """What the form is prefilled with, as a browser sends it."""
    form = client.get(f"/evidence/{old.pk}/correct/").context["form"]
    values = {name: form[name].value() for name in form.fields}
    sent = {name: str(value) for name, value in values.items() if value not in (None, "") and value is not False}
    return sent | {"correction_reason": "three were counted twice"} | changes


def test_the_form_is_filled_in_from_the_old_row_and_makes_a_proposal(client: Client, coder: User) -> None:
    old = make.accepted(note="the old words", actor="state", group="farmers")

    answer = client.post(f"/evidence/{old.pk}/correct/", filled(client, old, severity="1"), follow=True)

    new = Evidence.objects.get(corrects=old)
    assert answer.redirect_chain[-1][0] == f"/evidence/{new.pk}/"
    assert (new.severity, new.coder, new.note, new.group) == (1, coder, "the old words", "farmers")
    assert (new.passage, new.event_key, new.family) == (old.passage, old.event_key, old.family)
    assert new.correction_reason == "three were counted twice"
    assert f'A proposed correction of <a href="/evidence/{old.pk}/">' in answer.text
    assert "Accepting it retracts" in answer.text


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({}, 409, "found nothing changed"),
        ({"severity": "1", "correction_reason": ""}, 400, "Found no reason"),
        ({"severity": "1", "event_on": "x"}, 400, "which is no day"),
    ],
)
def test_what_cannot_stand_is_said_on_the_form(
    client: Client, coder: User, changes: dict[str, str], status: int, said: str
) -> None:
    old = make.accepted()

    answer = client.post(f"/evidence/{old.pk}/correct/", filled(client, old, **changes))

    assert answer.status_code == status
    assert said.lower() in answer.text.lower()
    assert Evidence.objects.count() == 1


def test_two_who_correct_the_same_piece_are_told(client: Client, coder: User) -> None:
    old = make.accepted()
    first = corrected(old, is_accepted=False)

    answer = client.post(f"/evidence/{old.pk}/correct/", filled(client, old, severity="2"))

    assert answer.status_code == 409
    assert f"evidence {first.pk}" in answer.text


def test_what_does_not_count_any_more_leads_back_with_the_reason(client: Client, coder: User) -> None:
    answer = client.get(f"/evidence/{make.proposed().pk}/correct/", follow=True)

    assert "only what counts is corrected" in answer.text


def test_a_correction_stays_in_the_event_that_people_gave_the_old_row(client: Client, coder: User) -> None:
    old = make.accepted(event_key="")
    said = linking.Said(make.person(Role.REVIEWER), "made up for a test", make.NOW)
    linking.rename(one=linking.Seen(old.pk), name="mmr-one-event", said=said)

    unchanged = client.post(f"/evidence/{old.pk}/correct/", filled(client, old))
    client.post(f"/evidence/{old.pk}/correct/", filled(client, old, severity="1"))

    assert "found nothing changed" in unchanged.text.lower()
    assert Evidence.objects.get(corrects=old).event_key == "mmr-one-event"


def test_what_a_correction_closed_is_closed_in_every_earlier_version(client: Client) -> None:
    first = make.accepted(of=make.passage(make.report(kind="entry")), note="it names a place of refuge")
    second = corrected(first)
    third = corrected(second)
    Evidence.objects.filter(pk=third.pk).update(sensitivity=Sensitivity.CONFIDENTIAL)

    for row in (first, second, third):
        for address in (f"/evidence/{row.pk}/", f"/api/v1/evidence/{row.pk}/", f"/reports/{row.passage.report_id}/"):
            assert client.get(address).status_code == 404
    for address in ("/corrections/", "/evidence/", "/api/v1/evidence/"):
        text = client.get(address).text
        assert [said for said in ("place of refuge", "counted twice", first.passage.text) if said in text] == [], (
            address
        )


def test_both_pages_tell_what_was_corrected_and_why(client: Client) -> None:
    old = make.accepted()
    new = corrected(old)

    was, became = (client.get(f"/evidence/{row.pk}/").text for row in (old, new))

    assert f'Corrected by <a href="/evidence/{new.pk}/">evidence {new.pk}</a>' in was
    assert f'It corrects <a href="/evidence/{old.pk}/">evidence {old.pk}</a>' in became
    for text in (was, became):
        assert "three were counted twice" in text
        assert "<td>3: serious or widespread</td><td>1: slight or isolated</td>" in text


def test_the_review_list_shows_a_correction_as_one_decision(client: Client) -> None:
    old = make.accepted()
    new = corrected(old, is_accepted=False)
    client.force_login(make.person(Role.REVIEWER))

    text = client.get(f"/review/?item={new.pk}").text
    client.post(f"/evidence/{new.pk}/accept/")

    old.refresh_from_db()
    assert f"Accepting it retracts evidence {old.pk} in the same moment" in text
    assert f"correction of {old.pk}" in text
    assert old.status == "retracted"


def test_a_waiting_correction_tells_that_the_old_row_was_retracted_meanwhile(client: Client) -> None:
    old = make.accepted()
    new = corrected(old, is_accepted=False)
    coding.retract(evidence_id=old.pk, by=make.person(Role.REVIEWER), reason="it was about elsewhere", at=LATER)
    client.force_login(make.person(Role.REVIEWER))

    for address in (f"/evidence/{new.pk}/", f"/review/?item={new.pk}"):
        text = client.get(address).text
        assert "was retracted meanwhile" in text
        assert "it was about elsewhere" in text
        assert "in the same moment" not in text


def test_a_piece_tells_nothing_of_what_took_its_place_and_is_not_open(client: Client) -> None:
    old = make.accepted()
    new = corrected(old)
    Evidence.objects.filter(pk=new.pk).update(sensitivity=Sensitivity.CONFIDENTIAL)

    for address in (f"/evidence/{old.pk}/", "/corrections/"):
        assert f"/evidence/{new.pk}/" not in client.get(address).text


def test_the_list_tells_everybody_what_when_why_and_by_which_role(client: Client) -> None:
    old, gone = make.accepted(), make.accepted()
    new = corrected(old)
    coding.retract(evidence_id=gone.pk, by=make.person(Role.ADMIN), reason="it was about elsewhere", at=LATER)

    text = client.get("/corrections/").text

    assert "2 pieces corrected or retracted" in text
    assert f'<a href="/evidence/{new.pk}/">evidence {new.pk}</a>' in text
    for said in ("it was about elsewhere", "three were counted twice", "3 July 2024", "a reviewer"):
        assert said in text
    assert "Rita" not in text


def test_names_are_for_staff_and_hidden_pieces_for_nobody_else(client: Client) -> None:
    corrected(make.accepted())
    coding.retract(evidence_id=make.confidential().pk, by=make.person(Role.ADMIN), reason="secret", at=LATER)
    assert "secret" not in client.get("/corrections/").text

    client.force_login(make.person(Role.CODER))

    text = client.get("/corrections/").text
    assert "Rita Reviewer" in text
    assert "secret" in text


def test_the_list_of_a_past_day_tells_only_what_was_known_to_be_wrong_by_then(client: Client) -> None:
    corrected(make.accepted())

    assert "Nothing was corrected" in client.get("/corrections/?as_of=2024-07-02").text
    assert "1 piece corrected" in client.get("/corrections/?as_of=2024-07-03").text


@pytest.mark.parametrize("rows", [3, 30])
def test_needs_few_queries(
    client: Client, coder: User, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    pieces = [make.accepted() for _ in range(rows)]
    for piece in pieces[1:]:
        corrected(piece)

    with django_assert_max_num_queries(6):
        client.get("/corrections/")
    with django_assert_max_num_queries(17):
        client.get(f"/evidence/{pieces[0].pk}/correct/")
    with django_assert_max_num_queries(8):
        client.get(f"/evidence/{pieces[1].pk}/")
