"""The ledger turned back to an instant: what stood then, and nothing that must not come back that way."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, transaction
from django.test import Client

from alerts.answers import responding
from alerts.answers.responding import ResponseDraft
from alerts.ledger import published
from alerts.ledger.ledger import Asked, Entry, Reader, read, rows_of
from alerts.models import PublishedWarning, Response
from people.models import User
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import given, ledgers, outbox

pytestmark = pytest.mark.usefixtures("reference")
DAY = dt.timedelta(days=1)
THEN, LATER = make.NOW + DAY, make.NOW + 10 * DAY


@pytest.fixture
def keeper() -> User:
    return make.person(Role.PUBLISHER, name="Kim Keeper")


def entries(before: dt.datetime | None = THEN, user: Reader | None = None, **asked: Any) -> list[Entry]:
    reader = user or AnonymousUser()
    return read(rows_of(Asked(known_before=before, **asked), user=reader), user=reader, known_before=before)


def said(before: dt.datetime | None = THEN, user: Reader | None = None) -> list[list[tuple[int, str]]]:
    """The responses of each line, with what became of them since."""
    return [[(one.response.pk, one.since) for one in entry.responses] for entry in entries(before, user)]


def corrected(row: Response, by: User, at: dt.datetime = LATER, **fields: Any) -> Response:
    measures = (row.measure,) if row.measure else ()
    words: dict[str, Any] = {"actor": "A ministry", "text": "Put right.", "began_on": None, "status": "planned"}
    draft = ResponseDraft(measures, decided_on=row.decided_on, **{"sensitivity": row.sensitivity} | words | fields)
    return responding.correct(response_id=row.pk, draft=draft, by=by, at=at)


def test_what_was_corrected_later_stood_then_and_its_words_are_shown_no_more(client: Client, keeper: User) -> None:
    row = ledgers.response(alert=outbox.alert(), text="MARK-TEXT", actor="MARK-ACTOR", source_title="MARK-SOURCE")
    ledgers.step(row, text="MARK-STEP")
    made = corrected(row, keeper)
    twice = corrected(made, keeper, LATER + DAY)

    assert said() == [[(row.pk, "corrected since")]]
    assert said(LATER + DAY / 2) == [[(made.pk, "corrected since")]]
    assert said(None) == [[(twice.pk, "")]]
    text = client.get(f"/countries/MMR/?as_of={make.NOW:%Y-%m-%d}").text
    assert "corrected since" in text
    assert "MARK-" not in text


def test_what_was_withdrawn_later_stood_then(keeper: User) -> None:
    row = ledgers.response(alert=outbox.alert())
    responding.withdraw(response_id=row.pk, reason="entered twice", by=keeper, at=LATER)

    assert (said(), said(LATER + DAY), said(None)) == ([[(row.pk, "taken back since")]], [[]], [[]])


def test_what_may_harm_comes_back_on_no_page_nor_does_what_it_was_corrected_from(keeper: User) -> None:
    row = ledgers.response(alert=outbox.alert())
    made = corrected(row, keeper)
    responding.withdraw(response_id=made.pk, reason="a name in it", by=keeper, at=LATER + DAY, is_harmful=True)

    for before in (THEN, LATER + DAY / 2):
        assert said(before) == said(before, keeper) == [[]]


def test_the_present_sensitivity_rules_the_ledger_of_then(keeper: User) -> None:
    row = ledgers.response(alert=outbox.alert())
    untied = ledgers.response()
    made = corrected(row, keeper, sensitivity=Sensitivity.INTERNAL)
    corrected(made, keeper, LATER + DAY, sensitivity=Sensitivity.CONFIDENTIAL)
    corrected(untied, keeper, sensitivity=Sensitivity.CONFIDENTIAL)

    assert said() == [[]]
    assert said(user=make.person(Role.FOCAL_POINT)) == [[]]
    assert [len(one) for one in said(user=make.person(Role.REVIEWER))] == [1, 1]
    assert rows_of(Asked(known_before=THEN, answered="answered"), user=AnonymousUser()).count() == 0


def test_what_was_confidential_then_stays_so_though_it_was_opened_since(keeper: User) -> None:
    row = ledgers.response(alert=outbox.alert(), sensitivity=Sensitivity.CONFIDENTIAL)
    corrected(row, keeper, sensitivity=Sensitivity.PUBLIC)

    assert (said(), len(said(LATER + DAY)[0])) == ([[]], 1)


def test_an_office_sees_its_own_of_then(keeper: User) -> None:
    (member,) = given.focal_points(1)
    office = given.office(member)
    row = ledgers.response(alert=outbox.alert(), office=office, sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)
    corrected(row, keeper)

    assert (said(user=member), said()) == ([[(row.pk, "corrected since")]], [[]])


# --- warnings of others --------------------------------------------------------------------------------------
def take_back(row: PublishedWarning, by: User, *, is_harmful: bool = False) -> None:
    published.withdraw(warning_id=row.pk, reason="never given", by=by, at=LATER, is_harmful=is_harmful)


def test_responses_to_a_warning_that_was_taken_back_stay_in_the_ledger(client: Client, keeper: User) -> None:
    warning = ledgers.warning(body="MARK-BODY", text="MARK-WORDS")
    row = ledgers.response(warning=warning, text="They acted.")
    ledgers.response(warning=ledgers.warning())  # another, which stands
    take_back(warning, keeper)

    assert sorted(said(None))[0] == [(row.pk, "")]
    page, own = client.get("/ledger/?answered=answered").text, client.get(f"/responses/{row.pk}/").text
    assert "They acted." in page
    assert "the one it answered was taken back" in page
    assert "a warning of another body that was taken back since" in own
    assert not any("MARK-" in text for text in (page, own, client.get("/api/v1/ledger/").text))
    assert client.get("/api/v1/ledger/?country=MMR").json()["count"] == 2


def test_a_warning_that_was_taken_back_stood_then_without_its_words(client: Client, keeper: User) -> None:
    warning = ledgers.warning(body="MARK-BODY", text="MARK-WORDS", source_title="MARK-SOURCE")
    row = ledgers.response(warning=warning)
    take_back(warning, keeper)

    [entry] = entries()
    assert (entry.since, said()) == ("taken back since", [[(row.pk, "")]])
    text = client.get(f"/countries/MMR/?as_of={make.NOW:%Y-%m-%d}").text
    assert "Warning of another body" in text
    assert "MARK-" not in text


def test_a_harmful_warning_is_on_no_page_and_its_responses_are_tied_to_none(keeper: User) -> None:
    warning = ledgers.warning()
    ledgers.response(warning=warning)
    take_back(warning, keeper, is_harmful=True)

    assert [(entry.published, len(entry.responses)) for entry in entries()] == [(None, 1)]


# --- who took it back ----------------------------------------------------------------------------------------
def test_who_keeps_the_ledger_reads_who_took_what_back_and_nobody_else(client: Client, keeper: User) -> None:
    warning = ledgers.warning()
    row = ledgers.response(sensitivity=Sensitivity.CONFIDENTIAL)
    hidden = ledgers.response(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)
    for one in (row, hidden):
        responding.withdraw(response_id=one.pk, reason="entered twice", by=keeper, at=LATER)
    take_back(warning, keeper)
    page = f"/situations/{warning.situation.slug}/"
    assert not any(words in client.get(page).text for words in ("entered twice", "never given", "withdrawn"))

    client.force_login(make.person(Role.REVIEWER))
    text = client.get(page).text

    assert f"<strong>response {row.pk} withdrawn</strong> by a publisher, Kim Keeper: entered twice" in text
    assert f"<strong>warning {warning.pk} of another body taken back</strong> by a publisher, Kim Keeper" in text
    assert f"response {hidden.pk} withdrawn" not in text


def test_the_database_itself_wants_a_name_and_a_reason_and_takes_nothing_back_twice(keeper: User) -> None:
    row, warning = ledgers.response(), ledgers.warning()
    for rows in (Response.objects.filter(pk=row.pk), PublishedWarning.objects.filter(pk=warning.pk)):
        with pytest.raises(DatabaseError, match="by whom and why"), transaction.atomic():
            rows.update(withdrawn_at=LATER, withdrawal_reason="no name")
        rows.update(withdrawn_at=LATER, withdrawn_by=keeper, withdrawal_reason="twice")
        with pytest.raises(DatabaseError, match="withdrawn once"), transaction.atomic():
            rows.update(withdrawal_reason="another")


def test_the_form_asks_whether_it_may_harm(client: Client, keeper: User) -> None:
    client.force_login(keeper)
    row = ledgers.response()

    client.post(f"/responses/{row.pk}/change/", {"action": "withdraw", "reason": "a name", "is_harmful": "on"})

    row.refresh_from_db()
    assert (row.is_harmful, row.withdrawn_by) == (True, keeper)
