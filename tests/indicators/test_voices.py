"""Reports of one text count as one body in every score, from when that was held here until it was no longer."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from indicators import frames, voices
from indicators.models import Evidence, RescoreRequest, Snapshot
from indicators.verifying import to_verify, verify
from indicators.whatif.applied import apply
from indicators.whatif.case import UNTOLD, case_of
from indicators.whatif.changes import MadeUp
from indicators.whatif.compared import side_of
from indicators.whatif.reading import known_of
from people.permissions import Role, Sensitivity
from reports import judging
from reports.closing import keep_as_close
from reports.judging import Said
from reports.models import ClusterMember, Family, Report
from tests import make
from tests.indicators import rescoring
from tests.indicators.rescoring import LATER, run_all, run_changed, standing
from tests.indicators.test_evidence_table import by_loaded_rows
from tests.reports.texts import cluster, report, text, words

pytestmark = pytest.mark.usefixtures("reference")
EARLY = dt.date(2024, 5, 20)
LATEST = LATER + dt.timedelta(hours=1)


def accepted_in(of: Report, **fields: Any) -> Evidence:
    """A piece of evidence by the report's own body, on its first passage."""
    said: dict[str, Any] = {"family": of.source.family, "event_key": "one-event", "known_on": of.published_on} | fields
    return make.accepted(of=of.passages.order_by("order").first(), **said)


def original_and_reprint(**fields: Any) -> tuple[Evidence, Evidence]:
    first = report(text(words(1)), published_on=EARLY, **fields)
    second = report(text(["wire"], words(1)))
    return accepted_in(first), accepted_in(second)


def said(at: dt.datetime = LATEST) -> Said:
    return Said(make.person(Role.REVIEWER), "made up for a test", at, voices.ask_for_scores)


def families(iso3: str = "MMR") -> tuple[str, ...]:
    rows = frames.inputs(frames.method_in_use(), [iso3]).evidence
    return tuple(sorted({rows.families[code] for code in rows.family.tolist()}))


def one_body() -> float:
    """The index of the same two pieces, were they by one body."""
    same = Family.objects.get(pk=Evidence.objects.earliest("pk").family_id)
    for iso3 in ("SDN",):
        for row in Evidence.objects.filter(country__iso3="MMR"):
            make.accepted(country=make.country(iso3), family=same, event_key="one-event", known_on=row.known_at.date())
    run_all()
    return standing("SDN").overall


def test_a_reprint_adds_nothing_to_the_index() -> None:
    original_and_reprint()
    run_all()
    before = standing().overall
    cluster(LATER)

    run_changed(at=LATEST)

    assert standing().overall < before
    assert standing().overall == pytest.approx(one_body(), abs=1e-12)


def test_the_cluster_counts_as_the_body_that_published_first() -> None:
    first, _ = original_and_reprint()
    cluster()

    assert families() == (first.family.slug,)


def test_a_finding_of_another_body_stays_that_bodys() -> None:
    original_and_reprint()
    other = make.family("another")
    reprint = Report.objects.latest("pk")
    accepted_in(reprint, family=other, event_key="another-event")
    cluster()

    assert "another" in families()
    assert len(families()) == 2


def test_a_closed_report_gives_its_name_to_no_open_one() -> None:
    _, open_one = original_and_reprint(sensitivity=Sensitivity.CONFIDENTIAL)
    cluster()

    assert families() == (open_one.family.slug,)


def test_one_that_is_closed_later_takes_its_name_back_and_what_stood_can_still_be_computed() -> None:
    first, open_one = original_and_reprint()
    cluster()
    run_all(at=LATER)
    RescoreRequest.objects.all().delete()

    keep_as_close(first.passage.report, Sensitivity.CONFIDENTIAL, at=LATEST)
    cluster(LATEST)

    assert families() == (open_one.family.slug,)
    assert [row.country.iso3 for row in RescoreRequest.objects.all()] == ["MMR"]
    assert [one for one in verify(to_verify(sample=None)) if one.trouble or one.differing] == []


def test_both_ways_to_the_arithmetic_say_the_same() -> None:
    original_and_reprint()
    cluster()
    method = frames.method_in_use()
    copied = frames.inputs(method, ["MMR"])

    loaded = by_loaded_rows(method, ("MMR",))
    assert copied.digests != loaded.digests  # the bare rows know of no cluster
    rows = Evidence.objects.ever_accepted().select_related("country", "indicator", "family")
    spoken = frames.assembled(map(frames.evidence_tuple, rows), [], method, ("MMR",), voices.voices(["MMR"]))
    assert copied.digests == spoken.digests
    assert copied.evidence.families == spoken.evidence.families


def test_a_country_without_clusters_has_the_digest_it_always_had() -> None:
    make.accepted()
    before = frames.inputs(frames.method_in_use(), ["MMR"]).digests

    report(text(words(1))), report(text(["wire"], words(1)))
    cluster()

    assert frames.inputs(frames.method_in_use(), ["MMR"]).digests == before


def test_clustering_asks_for_the_scores_of_the_countries_in_it_and_of_no_other() -> None:
    original_and_reprint()
    make.accepted(country=make.country("SDN"))
    RescoreRequest.objects.all().delete()

    cluster()

    assert [row.country.iso3 for row in RescoreRequest.objects.all()] == ["MMR"]


def test_stored_scores_of_before_and_after_can_be_computed_anew() -> None:
    original_and_reprint()
    run_all()
    cluster(LATER)
    run_changed(at=LATEST)

    found = list(verify(to_verify(sample=None)))

    assert len({row.input_digest for row in Snapshot.objects.filter(country__iso3="MMR")}) == 2
    assert [str(one) for one in found if one.trouble or one.differing] == []


def test_taken_out_by_a_person_it_counts_for_itself_again_and_what_stood_can_still_be_computed() -> None:
    _, reprint = original_and_reprint()
    cluster(make.NOW)
    run_all(at=LATER)
    counted = standing().overall
    member = ClusterMember.objects.get(report=reprint.passage.report_id)

    judging.split(report_id=member.report_id, cluster_id=member.cluster_id, said=said())
    run_changed(at=LATEST + dt.timedelta(minutes=1))

    assert standing().overall > counted
    assert [one for one in verify(to_verify(sample=None)) if one.trouble or one.differing] == []


def test_a_full_run_after_a_decision_finds_nothing_that_nobody_asked_for() -> None:
    original_and_reprint()
    run_all()
    cluster(LATER)
    run_changed(at=LATEST)

    run_all(at=LATEST + dt.timedelta(days=1), day=make.TODAY + dt.timedelta(days=1))

    assert rescoring.standing().as_of == make.TODAY + dt.timedelta(days=1)


def test_passages_of_a_compilation_count_as_the_report_that_they_come_from() -> None:
    short = report(text(words(1, 160)), published_on=EARLY)
    digest = report(text(words(2, 400), words(1, 160), words(3, 400)))
    accepted_in(short)
    cluster()
    part = ClusterMember.objects.get(kind="part")
    for passage in (digest.passages.get(pk=part.passages[0]), digest.passages.order_by("order").first()):
        make.accepted(of=passage, family=digest.source.family, event_key="one-event")

    assert families() == tuple(sorted([short.source.family.slug, digest.source.family.slug]))
    assert len(voices.voices(["MMR"])) == 1


def test_cluster_mates_are_told_with_what_was_accepted_and_only_to_the_cleared() -> None:
    first, second = original_and_reprint(sensitivity=Sensitivity.CONFIDENTIAL)
    cluster()
    numbers = [first.passage.report_id, second.passage.report_id]

    told = voices.cluster_mates(numbers, user=make.person(Role.REVIEWER))
    assert {pk: [(mate.report_id, mate.accepted) for mate in mates] for pk, mates in told.items()} == {
        numbers[0]: [(numbers[1], 1)],
        numbers[1]: [(numbers[0], 1)],
    }
    assert voices.cluster_mates([numbers[1]], user=make.person(Role.READER)) == {}


def test_what_was_accepted_in_another_report_of_the_cluster_is_found() -> None:
    first, second = original_and_reprint()
    cluster()

    found = voices.accepted_in_cluster(report_id=second.passage.report_id, user=make.person(Role.REVIEWER))

    assert [row.pk for row in found] == [first.pk]


# --- in words ----------------------------------------------------------------------------------------------
def test_pages_and_api_say_with_whom_a_piece_is_counted(client: Client) -> None:
    first, reprint = original_and_reprint()
    strong = accepted_in(Report.objects.latest("pk"), severity=4, event_key="another-event")
    cluster()
    run_all()
    with_whom = f"counted as one source with {first.family.name}"

    assert with_whom in client.get("/countries/MMR/breakdown/").text
    rows = client.get("/api/v1/countries/MMR/contributions/").json()["results"]
    told = {row["evidence"]: (row["family"], row["counted_with"]) for row in rows}
    assert told[strong.pk] == (reprint.family.slug, first.family.name)
    detail = client.get(f"/evidence/{reprint.pk}/").text
    assert f'<a href="/reports/{first.passage.report_id}/">report {first.passage.report_id}</a> carries' in detail


def test_the_country_page_is_another_one_once_reports_are_one_text(client: Client) -> None:
    original_and_reprint()
    run_all()
    before = client.get("/countries/MMR/?as_of=2024-06-20").text
    cluster(LATER)

    assert client.get("/countries/MMR/?as_of=2024-06-20").text != before


def test_the_what_if_counts_them_as_the_score_does(client: Client) -> None:
    original_and_reprint()
    cluster()
    run_all()

    known = known_of(make.country(), day=make.TODAY, known_on=make.TODAY, user=AnonymousUser())
    side = side_of(known, apply(known, []).before)

    assert side.overall == pytest.approx(standing().overall, abs=1e-9)


@pytest.mark.parametrize("known_on", [make.TODAY, LATEST.date() - dt.timedelta(days=1)])
def test_a_what_if_names_no_body_that_only_a_report_closed_since_names(known_on: dt.date) -> None:
    first, open_one = original_and_reprint()
    cluster()
    keep_as_close(first.passage.report, Sensitivity.CONFIDENTIAL, at=LATEST)  # before the stage has renewed it

    known = known_of(make.country(), day=known_on, known_on=known_on, user=AnonymousUser())
    added = MadeUp("7.3", "A1", 2, known_on, 1, first.family.slug, "one-event")
    applied = apply(known, [added])
    said = str(case_of(known, applied))

    assert known.untold == {open_one.pk}
    assert f"'family': '{first.family.slug}'" not in said
    assert f"'family': '{UNTOLD}1'" in said
    assert applied.after.evidence[-1].family != first.family.slug


def test_whoever_may_know_of_the_closed_report_is_told_its_body() -> None:
    first, _ = original_and_reprint()
    cluster()
    keep_as_close(first.passage.report, Sensitivity.CONFIDENTIAL, at=LATEST)

    known = known_of(make.country(), day=make.TODAY, known_on=make.TODAY, user=make.person(Role.REVIEWER))

    assert not known.untold
    assert UNTOLD not in str(case_of(known, apply(known, [])))
