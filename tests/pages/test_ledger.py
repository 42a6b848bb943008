"""The ledger: what became of each warning, wherever it is shown, and what nobody may learn from it."""

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from alerts.ledger.cited_loading import load_cited
from alerts.ledger.ledger import still_open
from alerts.models import Alert, Lever, PublishedWarning, Response
from people.models import User
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import ledgers, outbox

pytestmark = pytest.mark.usefixtures("reference")
DAY = dt.timedelta(days=1)
ANSWER = {
    "status": "planned", "measures": ["good-offices"], "actor": "A ministry", "text": "It was decided.",
    "decided_on": "2024-06-20", "sensitivity": "1",
}  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def signed_in(client: Client, role: Role | None) -> User | None:
    if role is None:
        client.logout()
        return None
    person = make.person(role)
    client.force_login(person)
    return person


def lines(text: str) -> list[str]:
    """The entries of a page, their white space put right."""
    return [" ".join(part.split()) for part in text.split('<li class="entry">')[1:]]


# --- the page ------------------------------------------------------------------------------------------------
def test_an_empty_ledger_says_what_it_means(client: Client) -> None:
    assert "No warning is in the ledger yet." in client.get("/ledger/").text
    assert "No line of the ledger fits these filters." in client.get("/ledger/?level=severe").text


def test_a_warning_stands_with_what_came_of_it_and_how_long_it_took(client: Client) -> None:
    alert = outbox.alert(headline="It rose")
    ledgers.answer(alert, hours=5)
    row = ledgers.response(alert=alert, decided_on=dt.date(2024, 7, 4), text="They went.")
    ledgers.step(row, on=dt.date(2024, 7, 9))
    ledgers.step(row, on=dt.date(2024, 8, 1), status="", is_outcome=True, text="They came back.")

    [line] = lines(client.get("/ledger/").text)

    for words in ("It rose", "5 hours later", "3 days later", "8 days later", "31 days later", "They came back."):
        assert words in line
    assert "under way" in line


def test_what_is_open_is_never_said_to_be_none_to_who_does_not_see_all(client: Client) -> None:
    outbox.alert()

    for role, words in (
        (None, "nothing public so far"),
        (Role.CODER, "nothing that you may see"),
        (Role.ADMIN, "none recorded yet"),
    ):
        person = signed_in(client, role)
        assert lines(client.get("/ledger/").text)[0].count(words) == 4
        assert still_open(person).startswith(words) if person else True


def test_a_warning_of_another_body_says_that_nobody_was_asked(client: Client) -> None:
    ledgers.response(warning=ledgers.warning(body="A commission", text="It is near."), status="done")

    [line] = lines(client.get("/ledger/").text)

    assert "A commission" in line
    assert "nobody was asked through this site" in line
    assert "2 days later" in line
    assert "yes; the day is not known" in line


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["T", "S", "W", "M"]), ("?country=SDN", ["S"]), ("?region=142", ["T", "W", "M"]), ("?level=high", ["S"]),
        ("?answered=answered", ["T", "W"]), ("?answered=unanswered", ["S", "M"]), ("?until=2024-06-30", ["W"]),
        ("?since=2024-07-02", ["S", "T"]),
    ],
)  # fmt: skip
def test_the_address_chooses_warnings(client: Client, query: str, found: list[str]) -> None:
    outbox.alert(headline="MARK-M")
    high: dict[str, Any] = {"level": 4, "decided_by": make.person(Role.PUBLISHER), "released_at": make.NOW + DAY}
    outbox.alert(iso3="SDN", headline="MARK-S", **high)
    ledgers.response(warning=ledgers.warning(text="MARK-W"))
    ledgers.response(text="MARK-T", decided_on=dt.date(2024, 7, 5))

    text = client.get(f"/ledger/{query}").text

    assert {mark for mark in "MSWT" if f"MARK-{mark}" in text} == set(found)
    assert client.get("/ledger/?level=x").status_code == 400


def test_practice_drafts_and_warnings_taken_back_are_not_in_it(client: Client) -> None:
    outbox.alert(state="draft")
    outbox.alert(is_dry_run=True)
    ledgers.warning(withdrawn_at=make.NOW)

    assert lines(client.get("/ledger/").text) == []


# --- recording -----------------------------------------------------------------------------------------------
def test_a_focal_point_records_a_response_once_though_the_form_is_sent_twice(client: Client) -> None:
    person, alert = signed_in(client, Role.FOCAL_POINT), outbox.alert()

    pages = [client.post(f"/responses/new/?alert={alert.pk}", ANSWER) for _ in range(2)]

    row = Response.objects.get()
    assert [page["Location"] for page in pages] == [f"/responses/{row.pk}/"] * 2
    assert (row.entered_by, row.alert, row.sensitivity) == (person, alert, Sensitivity.INTERNAL)


def test_an_alerts_page_leads_to_its_ledger_and_offers_a_response_to_who_may_record_one(client: Client) -> None:
    address = outbox.alert().get_absolute_url()

    public = client.get(address).text
    signed_in(client, Role.FOCAL_POINT)

    assert 'href="/ledger/?country=MMR"' in public
    assert ("Record a response" in public, "Record a response" in client.get(address).text) == (False, True)


def test_what_is_missing_in_a_response_is_said_and_what_was_typed_stays(client: Client) -> None:
    signed_in(client, Role.FOCAL_POINT)
    page = client.post(
        f"/responses/new/?warning={ledgers.warning().pk}", ANSWER | {"measures": [], "began_on": "2024-06-01"}
    )

    assert (page.status_code, Response.objects.count()) == (400, 0)
    assert "wanted at least one, or “declined” with the reason" in page.text
    assert "is before 2024-06-20" in page.text
    assert "It was decided." in page.text
    assert client.get("/responses/new/?alert=0").status_code == 404


def test_a_day_to_come_is_refused_on_the_page(client: Client) -> None:
    signed_in(client, Role.FOCAL_POINT)
    page = client.post("/responses/new/?situation=" + outbox.situation().slug, ANSWER | {"decided_on": "2999-01-01"})

    assert page.status_code == 400
    assert "which is to come" in page.text


def test_later_words_a_correction_and_a_withdrawal_are_forms_of_their_own(client: Client) -> None:
    row = ledgers.response(entered_by=signed_in(client, Role.FOCAL_POINT))
    change = f"/responses/{row.pk}/change/"

    wrong = client.post(change, {"action": "step", "on": "2024-06-20"})
    client.post(change, {"action": "step", "on": "2024-06-20", "is_outcome": "on", "text": "It helped."})
    early = client.post(change, {"action": "step", "on": "2024-01-01", "status": "done"})
    corrected = client.post(change, ANSWER | {"action": "correct", "text": "Put right."})

    made = Response.objects.get(replaces=row)
    assert (wrong.status_code, early.status_code, corrected["Location"]) == (400, 400, f"/responses/{made.pk}/")
    assert all(words in client.get(f"/responses/{made.pk}/").text for words in ("It helped.", "Put right."))
    assert client.get(change).status_code == 404  # its place is taken
    client.post(f"/responses/{made.pk}/change/", {"action": "withdraw", "reason": "not ours"})
    assert client.get(f"/responses/{made.pk}/").status_code == 404


def test_nobody_changes_another_offices_response(client: Client) -> None:
    row = ledgers.response(entered_by=make.person(Role.FOCAL_POINT))
    signed_in(client, Role.FOCAL_POINT)

    assert client.get(f"/responses/{row.pk}/").status_code == 200
    assert client.post(f"/responses/{row.pk}/change/", {"action": "withdraw", "reason": "mine"}).status_code == 403
    signed_in(client, Role.REVIEWER)
    assert client.post(f"/responses/{row.pk}/change/", {"action": "unheard of"}).status_code == 404


def test_staff_enter_a_warning_of_another_body_and_take_it_back(client: Client) -> None:
    signed_in(client, Role.REVIEWER)
    situation = outbox.situation()
    said = {
        "issued_on": "2024-06-01", "body": "A body", "text": "It warned.", "source_title": "A page",
        "source_url": "https://page.test.example/",
    }  # fmt: skip
    for _ in range(2):
        client.post(f"/warnings/new/?situation={situation.slug}", said)
    late = client.post(f"/warnings/new/?situation={situation.slug}", said | {"issued_on": "2999-01-01"})

    row = PublishedWarning.objects.get()
    assert late.status_code == 400
    assert "It warned." in client.get(f"/situations/{situation.slug}/").text
    gone = f"/warnings/{row.pk}/withdraw/"
    sent: list[dict[str, str]] = [{}, {"reason": "entered wrongly"}, {"reason": "entered wrongly"}]
    assert [client.post(gone, one).status_code for one in sent] == [400, 302, 409]
    assert "It warned." not in client.get("/ledger/").text


# --- who sees what -------------------------------------------------------------------------------------------
SEES = {None: 0, Role.READER: 0, Role.FOCAL_POINT: 1, Role.CODER: 2, Role.REVIEWER: 2, Role.PUBLISHER: 3, Role.ADMIN: 3}


def walk(client: Client, alert: Alert, responses: list[Response]) -> str:
    """Every public path that shows responses."""
    paths = [
        "/ledger/", "/ledger/?answered=answered", "/countries/MMR/", f"/situations/{alert.situation.slug}/",
        f"/alerts/{alert.pk}/", "/alerts/", "/alerts/feed.atom", "/api/v1/ledger/", "/api/v1/ledger/?format=csv",
        "/scorecard/", *(f"/responses/{row.pk}/" for row in responses),
    ]  # fmt: skip
    return "".join(client.get(path).content.decode() for path in paths)


@pytest.mark.parametrize("role", SEES, ids=str)
def test_no_path_tells_of_a_response_above_the_readers_clearance(client: Client, role: Role | None) -> None:
    alert, kept = outbox.alert(), []
    for level in Sensitivity:
        words: dict[str, Any] = {"actor": f"ACTOR-{level}", "text": f"TEXT-{level}", "source_title": f"SOURCE-{level}"}
        row = ledgers.response(alert=alert, sensitivity=level, **words)
        ledgers.step(row, text=f"STEP-{level}", is_outcome=True)
        ledgers.response(sensitivity=level, text=f"UNTIED-{level}")
        kept.append(row)
    signed_in(client, role)

    text = walk(client, alert, kept)

    for level in Sensitivity:
        for mark in ("ACTOR", "TEXT", "SOURCE", "STEP", "UNTIED"):
            assert (f"{mark}-{level}" in text) is (level <= SEES[role]), f"{mark}-{level}"


def test_a_ledger_with_a_hidden_response_is_word_for_word_one_without_any(client: Client) -> None:
    alert = outbox.alert()
    paths = ("/ledger/", "/ledger/?answered=answered", "/ledger/?answered=unanswered", "/api/v1/ledger/?format=csv")
    before = [client.get(path).content for path in paths]

    ledgers.response(alert=alert, sensitivity=Sensitivity.INTERNAL)
    ledgers.response(sensitivity=Sensitivity.CONFIDENTIAL)

    assert [client.get(path).content for path in paths] == before


def test_that_an_office_answered_is_public_and_who_it_was_is_not(client: Client) -> None:
    person, alert = make.person(Role.FOCAL_POINT, name="Fay Focal"), outbox.alert()
    ledgers.answer(alert, by=person, kind="decided", note="A note of theirs")
    ledgers.answer(outbox.alert(iso3="SDN"), sensitivity=Sensitivity.CONFIDENTIAL)

    text = client.get("/ledger/").text

    assert text.count("5 hours later") == 1
    assert not any(words in text for words in ("Fay Focal", person.email, "A note of theirs"))


def test_the_entering_person_and_their_office_always_see_their_own(client: Client) -> None:
    person = signed_in(client, Role.FOCAL_POINT)
    row = ledgers.response(entered_by=person, sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)

    assert client.get(f"/responses/{row.pk}/").status_code == 200


# --- elsewhere -----------------------------------------------------------------------------------------------
def test_a_countrys_page_turned_back_shows_the_ledger_of_then(client: Client) -> None:
    ledgers.response(warning=ledgers.warning(text="It was near."))

    assert "It was near." in client.get("/countries/MMR/").text
    assert "It was near." not in client.get("/countries/MMR/?as_of=2024-06-20").text


def test_rows_of_the_api_say_what_is_unknown_with_null_and_never_with_nought(client: Client) -> None:
    alert = outbox.alert()
    ledgers.answer(alert, hours=6)
    ledgers.response(alert=alert, decided_on=dt.date(2024, 7, 2))
    ledgers.warning()

    ours, others = client.get("/api/v1/ledger/").json()["results"]

    assert (ours["warning"], ours["hours_to_first_seen"], ours["days_to_decision"]) == (f"alert-{alert.pk}", 6.0, 1)
    assert (ours["days_to_action"], ours["outcome_on"]) == (None, None)
    assert (others["countries"], others["response"], others["warned_at"]) == (["MMR"], None, None)


def test_the_cited_files_make_sudans_line_from_first_warning_to_outcome(client: Client) -> None:
    count = load_cited(at=make.NOW + dt.timedelta(days=500))
    load_cited(at=make.NOW + dt.timedelta(days=501))

    kept = (PublishedWarning.objects.count(), Response.objects.count(), Lever.objects.count())
    text = client.get("/ledger/?country=SDN").text
    assert sum(kept) == count
    assert [line.count("Tied to no one") for line in lines(text)] == [0] * 7
    assert "23 days later" in text  # from the briefing of 21 May 2024 to resolution 2736
    assert "took the city on 26 October 2025" in text
    assert "What became of it" in client.get("/countries/SDN/").text


@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow(client: Client, count: int, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(count):
        ledgers.response(alert=outbox.alert(), steps=2)
        ledgers.response(warning=ledgers.warning(), steps=2)
        ledgers.response()
    with django_assert_max_num_queries(8):
        client.get("/ledger/")
    with django_assert_max_num_queries(7):
        client.get("/api/v1/ledger/")
    client.get("/countries/MMR/")
    with django_assert_max_num_queries(17):
        client.get("/countries/MMR/")
