"""Evidence that people hold to be about one event counts once in every score, from when they said so."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, transaction
from django.test import Client

from indicators import coding, events, frames, linking
from indicators.linking import EventChangedError, LinkingError, Said, Seen
from indicators.models import EventDecision, EventLink, Evidence, RescoreRequest, Snapshot
from indicators.verifying import to_verify, verify
from indicators.whatif.applied import apply
from indicators.whatif.compared import side_of
from indicators.whatif.reading import known_of
from people.models import User
from people.permissions import Role, Sensitivity
from tests import make
from tests.indicators.rescoring import LATER, run_all, run_changed, standing
from tests.indicators.test_correcting import propose
from tests.waiting import Aside, somebody_waits_for_a_lock, until

pytestmark = pytest.mark.usefixtures("reference")
LATEST = LATER + dt.timedelta(hours=1)
WEEK = dt.timedelta(days=7)
ONE = "mmr-one-event"


def two_pieces(**fields: Any) -> tuple[Evidence, Evidence]:
    """Of one body on one sign, a week apart: to the arithmetic two events."""
    given: dict[str, Any] = {"family": make.family("one-body"), "event_key": ""} | fields
    first = make.accepted(**given)
    return first, make.accepted(event_on=first.event_on - WEEK, **given)


def said(at: dt.datetime = LATER, by: User | None = None) -> Said:
    return Said(by or make.person(Role.REVIEWER), "made up for a test", at)


def same(one: Evidence, other: Evidence, name: str = ONE, **how: Any) -> EventDecision:
    return linking.same(one=Seen(one.pk), other=Seen(other.pk), name=name, said=said(**how))


def event_of(row: Evidence) -> str:
    return str(Evidence.objects.annotate(event=events.event_now()).values_list("event", flat=True).get(pk=row.pk))


def digest() -> str:
    return frames.inputs(frames.method_in_use(), ["MMR"]).digests["MMR"]


# --- what counts -------------------------------------------------------------------------------------------
def test_two_pieces_of_one_event_count_once() -> None:
    pieces = two_pieces()
    run_all()
    before = standing().overall

    same(*pieces)
    run_changed(at=LATEST)

    assert standing().overall < before
    (rows,) = [frames.inputs(frames.method_in_use(), ["MMR"]).evidence]
    assert {rows.event_name(row) for row in range(rows.size)} == {ONE}


def test_without_a_link_every_digest_and_score_is_what_it_was() -> None:
    pieces = two_pieces()
    run_all()
    before, stood = digest(), standing().overall

    decision = same(*pieces)
    linking.undo(decision_id=decision.pk, said=said(LATEST))
    run_changed(at=LATEST)

    assert digest() == before
    assert standing().overall == stood


def test_both_ways_to_the_arithmetic_say_the_same() -> None:
    same(*two_pieces())
    linking.unlink(one=Seen(make.accepted(event_key="left").pk), said=said())
    method = frames.method_in_use()
    rows = Evidence.objects.ever_accepted().select_related("country", "indicator", "family")

    copied = frames.inputs(method, ["MMR"])
    loaded = frames.assembled(map(frames.evidence_tuple, rows), [], method, ("MMR",), links=events.linked(["MMR"]))

    assert copied.digests == loaded.digests
    names = [[one.evidence.event_name(row) for row in range(one.evidence.size)] for one in (copied, loaded)]
    assert names[0] == names[1]


def test_scores_of_before_and_after_a_link_can_be_computed_anew() -> None:
    pieces = two_pieces()
    run_all()
    decision = same(*pieces)
    run_changed(at=LATEST)
    linking.undo(decision_id=decision.pk, said=said(LATEST + dt.timedelta(minutes=1)))
    run_changed(at=LATEST + dt.timedelta(hours=1))

    found = list(verify(to_verify(sample=None)))

    assert Snapshot.objects.filter(country__iso3="MMR").values("input_digest").distinct().count() == 2
    assert [one for one in found if one.trouble or one.differing] == []


def test_what_was_published_before_a_link_stays_what_it_was() -> None:
    pieces = two_pieces()
    run_all()
    stood = standing()

    same(*pieces)
    run_changed(at=LATEST)

    assert Snapshot.objects.get(pk=stood.pk).overall == stood.overall
    assert events.linked(["MMR"], at=LATER - dt.timedelta(seconds=1)) == {}
    assert events.linked(["MMR"], at=LATER) == {piece.pk: ONE for piece in pieces}


def test_the_what_if_counts_events_as_the_score_does() -> None:
    same(*two_pieces())
    run_all()

    known = known_of(make.country(), day=make.TODAY, known_on=make.TODAY, user=AnonymousUser())

    assert side_of(known, apply(known, []).before).overall == pytest.approx(standing().overall, abs=1e-9)


# --- what people say ---------------------------------------------------------------------------------------
def test_joining_two_named_events_takes_every_piece_along_that_of_closed_reports_too() -> None:
    first, second = two_pieces()
    third = make.accepted(event_key="other", sensitivity=Sensitivity.CONFIDENTIAL)
    fourth = make.accepted(event_key="other")
    same(first, second)

    same(second, fourth, name=ONE)

    assert {event_of(row) for row in (first, second, third, fourth)} == {ONE}
    assert {row.country.iso3 for row in RescoreRequest.objects.filter(asked_at=LATER)} == {"MMR"}


def test_a_piece_taken_out_counts_by_its_week_again() -> None:
    named = make.accepted(event_key="its-own")

    linking.unlink(one=Seen(named.pk, "its-own"), said=said())

    assert event_of(named) == ""
    assert Evidence.objects.get(pk=named.pk).event_key == "its-own"  # the row is never rewritten


def test_an_event_gets_another_name_and_the_old_one_back() -> None:
    pieces = two_pieces(event_key="old")
    decision = linking.rename(one=Seen(pieces[0].pk, "old"), name="new", said=said())
    assert {event_of(row) for row in pieces} == {"new"}

    linking.undo(decision_id=decision.pk, said=said(LATEST))

    assert {event_of(row) for row in pieces} == {"old"}
    assert not EventLink.objects.holding().exists()


def test_what_was_told_apart_stays_so_when_either_piece_is_corrected() -> None:
    first, second = two_pieces()
    told = linking.different(one=Seen(first.pk), other=Seen(second.pk), said=said())
    new, newer = corrected(first, severity=1), corrected(second, severity=1)

    wanted = {(min(a, b), max(a, b)) for a in (first.pk, new.pk) for b in (second.pk, newer.pk)}
    assert events.told_apart([first.pk, new.pk]) == events.told_apart([second.pk, newer.pk]) == wanted
    assert (new.pk, newer.pk) in events.told_apart([newer.pk])

    linking.undo(decision_id=told.pk, said=said(LATEST))
    assert events.told_apart([new.pk, newer.pk]) == set()


def corrected(row: Evidence, **changes: Any) -> Evidence:
    return coding.accept(evidence_id=propose(row, **changes).pk, by=make.person(Role.REVIEWER), at=LATER)


def test_different_ones_of_one_week_are_told_apart_in_the_score_too() -> None:
    first = make.accepted(event_key="")
    second = make.accepted(family=first.family, event_key="")

    decision = linking.different(one=Seen(second.pk), other=Seen(first.pk), said=said())

    assert (event_of(first), event_of(second)) == ("", f"mmr-evidence-{second.pk}")
    assert events.told_apart([second.pk]) == {(first.pk, second.pk)}
    linking.undo(decision_id=decision.pk, said=said(LATEST))
    assert (event_of(second), events.told_apart([first.pk])) == ("", set())


def test_decisions_are_taken_back_one_after_the_other_last_first() -> None:
    first, second = two_pieces()
    joined = same(first, second)
    renamed = linking.rename(one=Seen(first.pk), name="later-name", said=said())

    with pytest.raises(EventChangedError, match="a later one"):
        linking.undo(decision_id=joined.pk, said=said(LATEST))
    linking.undo(decision_id=renamed.pk, said=said(LATEST))
    linking.undo(decision_id=joined.pk, said=said(LATEST))

    assert {event_of(first), event_of(second)} == {""}
    with pytest.raises(LinkingError, match="taken back already"):
        linking.undo(decision_id=joined.pk, said=said(LATEST))


@pytest.mark.parametrize(
    ("how", "trouble"),
    [
        ({"name": "Not A Name"}, "small letters"),
        ({"name": "taken"}, "another event"),
        ({"by": "reader"}, "may not"),
    ],
)
def test_what_cannot_be_said_is_refused_by_name(how: dict[str, Any], trouble: str) -> None:
    make.accepted(event_key="taken")
    pieces = two_pieces()
    if "by" in how:
        how = {"by": make.person(Role.READER)}

    with pytest.raises(LinkingError, match=trouble):
        same(*pieces, **how)


def test_two_countries_share_no_event() -> None:
    with pytest.raises(LinkingError, match="two countries"):
        same(make.accepted(), make.accepted(country=make.country("SDN")))


def test_a_piece_that_may_not_be_seen_is_like_none() -> None:
    first = make.accepted()
    hidden = make.accepted(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)

    with pytest.raises(LinkingError, match="found none that you may see"):
        same(first, hidden, by=make.person(Role.REVIEWER))


def test_who_looked_before_another_changed_it_is_told() -> None:
    first, second = two_pieces()
    third = make.accepted(event_key="")
    same(first, second)

    with pytest.raises(EventChangedError, match="changed since you looked"):
        linking.same(one=Seen(first.pk, ""), other=Seen(third.pk, ""), name="late", said=said(LATEST))

    assert event_of(third) == ""


def test_a_link_is_closed_once_and_never_rewritten() -> None:
    decision = same(*two_pieces())
    link = EventLink.objects.earliest("pk")
    linking.undo(decision_id=decision.pk, said=said(LATEST))

    for change in ({"event_key": "another"}, {"until": LATEST + WEEK}):
        with pytest.raises(DatabaseError), transaction.atomic():
            EventLink.objects.filter(pk=link.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        EventLink.objects.filter(pk=link.pk).delete()


@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_once_the_second_waits_and_is_told() -> None:
    first, second = two_pieces()
    third = make.accepted(event_key="")
    one, other = make.person(Role.REVIEWER), make.person(Role.REVIEWER)

    with transaction.atomic():
        same(first, second, by=one)
        late = Aside(
            lambda: linking.same(one=Seen(first.pk, ""), other=Seen(third.pk, ""), name="late", said=said(by=other))
        )
        until(somebody_waits_for_a_lock, what="the second person to wait")

    with pytest.raises(EventChangedError, match="changed since you looked"):
        late.join()
    assert (event_of(first), event_of(third)) == (ONE, "")


# --- in words ----------------------------------------------------------------------------------------------
def test_the_breakdown_and_the_api_say_where_pieces_count_once(client: Client) -> None:
    first, second = two_pieces()
    run_all()
    assert "counted once" not in client.get("/countries/MMR/breakdown/").text

    same(first, second)
    run_changed(at=LATEST)

    assert "2 pieces on one event, counted once" in client.get("/countries/MMR/breakdown/").text
    rows = client.get("/api/v1/countries/MMR/breakdown/").json()["results"]
    assert [(row["event"], row["pieces"]) for row in rows if row["kind"] == "event"] == [(ONE, 2)]


def test_the_api_gives_the_event_held_now_and_since_when(client: Client) -> None:
    first, second = two_pieces(event_key="own")
    linking.unlink(one=Seen(second.pk), said=said())

    shown = {row["id"]: row for row in client.get("/api/v1/evidence/?country=MMR").json()["results"]}

    assert (shown[first.pk]["event"], shown[first.pk]["event_linked_at"]) == ("own", None)
    assert (shown[second.pk]["event"], shown[second.pk]["event_linked_at"][:10]) == ("", "2024-07-01")


def test_the_country_page_of_a_day_is_another_one_after_each_link(client: Client) -> None:
    first, second = two_pieces()
    third = make.accepted(family=first.family, event_key="", event_on=first.event_on - 2 * WEEK)
    run_all()
    pages = [client.get("/countries/MMR/?as_of=2024-06-20").text]

    for other in (second, third):
        same(first, other)
        pages.append(client.get("/countries/MMR/?as_of=2024-06-20").text)

    assert len(set(pages)) == 3
