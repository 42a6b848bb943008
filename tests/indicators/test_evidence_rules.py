"""Who may propose, decide and retract, and with which words they are refused."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from indicators import coding
from indicators.coding import CodingError
from indicators.models import Evidence, RescoreRequest
from people.models import User
from people.permissions import GRANTS, Action, Role, Sensitivity
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
LATER = make.NOW + dt.timedelta(hours=1)


def accept(row: Evidence, by: User) -> Evidence:
    return coding.accept(evidence_id=row.pk, by=by, at=LATER)


def reject(row: Evidence, by: User, reason: str = "made-up reason") -> Evidence:
    return coding.reject(evidence_id=row.pk, by=by, reason=reason, at=LATER)


def retract(row: Evidence, by: User, reason: str = "made-up reason") -> Evidence:
    return coding.retract(evidence_id=row.pk, by=by, reason=reason, at=LATER)


STEPS: dict[str, tuple[Callable[..., Evidence], Callable[[Evidence, User], Evidence], Action]] = {
    "accepted": (make.proposed, accept, Action.DECIDE_EVIDENCE),
    "rejected": (make.proposed, reject, Action.DECIDE_EVIDENCE),
    "retracted": (make.accepted, retract, Action.RETRACT_EVIDENCE),
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("step", STEPS)
def test_a_role_may_decide_and_retract_exactly_what_the_table_grants(step: str, role: Role) -> None:
    make_row, decide, action = STEPS[step]
    row, person = make_row(), make.person(role)

    if action in GRANTS[role].actions:
        assert decide(row, person).status == step
    else:
        with pytest.raises(CodingError, match=f"role {role.value}: may not {action.value}"):
            decide(row, person)
    row.refresh_from_db()
    assert (row.status == step) == (action in GRANTS[role].actions)


@pytest.mark.parametrize("step", STEPS)
def test_a_person_who_may_no_longer_sign_in_decides_nothing(step: str) -> None:
    make_row, decide, _ = STEPS[step]

    with pytest.raises(CodingError, match="may not"):
        decide(make_row(), make.person(Role.ADMIN, is_active=False))


@pytest.mark.parametrize("decide", [accept, reject])
def test_nobody_decides_what_they_coded_themselves(decide: Callable[[Evidence, User], Evidence]) -> None:
    coder = make.person(Role.ADMIN)

    with pytest.raises(CodingError, match="you coded it; wanted another person to decide"):
        decide(make.proposed(coder=coder), coder)


def test_a_coder_may_retract_own_evidence_that_another_accepted() -> None:
    coder = make.person(Role.REVIEWER)

    assert retract(make.accepted(coder=coder), coder).retracted_by == coder


FROM: dict[str, Callable[[], Evidence]] = {
    "proposed": make.proposed,
    "accepted": make.accepted,
    "rejected": lambda: reject(make.proposed(), make.person(Role.REVIEWER)),
    "retracted": lambda: retract(make.accepted(), make.person(Role.REVIEWER)),
}
ALLOWED = {("proposed", "accepted"), ("proposed", "rejected"), ("accepted", "retracted")}


@pytest.mark.parametrize("start", FROM)
@pytest.mark.parametrize("step", STEPS)
def test_evidence_goes_its_way_once_and_in_one_direction(start: str, step: str) -> None:
    row = FROM[start]()
    _, decide, _ = STEPS[step]

    if (start, step) in ALLOWED:
        assert decide(row, make.person(Role.REVIEWER)).status == step
    else:
        with pytest.raises(CodingError, match=f"found it {start}; wanted it"):
            decide(row, make.person(Role.REVIEWER))


@pytest.mark.parametrize("decide", [reject, retract])
@pytest.mark.parametrize("reason", ["", "  \n ", "no", "x" * 501])
def test_a_rejection_and_a_retraction_need_a_reason(decide: Any, reason: str) -> None:
    row = make.proposed() if decide is reject else make.accepted()

    with pytest.raises(CodingError, match=r"reason: found \d+ characters; wanted 3 to 500"):
        decide(row, make.person(Role.REVIEWER), reason)


@pytest.mark.parametrize("decide", [accept, reject])
def test_what_a_reviewer_may_not_see_does_not_exist_for_them(decide: Callable[[Evidence, User], Evidence]) -> None:
    row = make.proposed(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)

    with pytest.raises(CodingError, match="found none that you may see"):
        decide(row, make.person(Role.REVIEWER))
    assert decide(row, make.person(Role.PUBLISHER)).status != "proposed"


def test_evidence_that_is_not_there_is_refused_by_its_number() -> None:
    with pytest.raises(CodingError, match="evidence 99999999: found none"):
        coding.accept(evidence_id=99_999_999, by=make.person(Role.ADMIN), at=LATER)


def test_acceptance_and_retraction_ask_for_a_score_and_rejection_does_not() -> None:
    reject(make.proposed(), make.person(Role.REVIEWER))
    assert not RescoreRequest.objects.exists()

    row = accept(make.proposed(), make.person(Role.REVIEWER))
    retract(row, make.person(Role.REVIEWER))

    assert [request.evidence_id for request in RescoreRequest.objects.all()] == [row.pk, row.pk]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "severity 7": ({"severity": 7}, "7"),
    "severity -1": ({"severity": -1}, "-1"),
    "grade Z": ({"reliability": "Z"}, "Z"),
    "credibility 9": ({"credibility": 9}, "9"),
    "polarity 0": ({"polarity": 0}, "0"),
    "actor": ({"actor": "martian"}, "martian"),
    "claim": ({"claim": "proved"}, "proved"),
    "event after knowledge": (
        {"event_on": dt.date(2024, 6, 2)},
        "found 2024-06-02; wanted a day not after it was known",
    ),
    "a week's name as event": ({"event_key": "~1.1||2024-W01"}, "tilde"),
    "a long note": ({"note": "x" * 501}, "500"),
    "sensitivity 9": ({"sensitivity": 9}, "9"),
}


@pytest.mark.parametrize("bad", BAD)
def test_impossible_evidence_is_never_proposed(bad: str) -> None:
    fields, said = BAD[bad]

    with pytest.raises(CodingError, match=said):
        make.proposed(**fields)
    assert not Evidence.objects.exists()


def test_the_same_claim_of_one_passage_is_proposed_once() -> None:
    passage, family = make.passage(), make.family()
    same: dict[str, Any] = {"of": passage, "family": family, "event_key": "one"}
    first = make.proposed(**same)

    with pytest.raises(CodingError, match="one_live_evidence_per_passage_indicator_and_event"):
        make.proposed(**same)
    reject(first, make.person(Role.REVIEWER))
    assert make.proposed(**same).pk != first.pk


@pytest.mark.parametrize("role", Role)
def test_evidence_is_proposed_by_whoever_may_enter_it(role: Role) -> None:
    if Action.ENTER_EVIDENCE in GRANTS[role].actions:
        assert make.proposed(coder=make.person(role)).status == "proposed"
    else:
        with pytest.raises(CodingError, match="may not enter evidence"):
            make.proposed(coder=make.person(role))


def test_accepting_all_leaves_out_ones_own_and_what_one_may_not_see() -> None:
    reviewer = make.person(Role.REVIEWER)
    make.proposed(), make.proposed()
    own = make.proposed(coder=reviewer)
    hidden = make.proposed(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)

    assert coding.accept_all(evidence=Evidence.objects.all(), by=reviewer, at=LATER) == 2
    assert set(Evidence.objects.waiting()) == {own, hidden}
    assert RescoreRequest.objects.count() == 1  # both are of one country


@pytest.mark.parametrize("role", [Role.READER, Role.FOCAL_POINT, Role.CODER])
def test_accepting_all_needs_a_role_that_may_decide(role: Role) -> None:
    with pytest.raises(CodingError, match="may not"):
        coding.accept_all(evidence=Evidence.objects.all(), by=make.person(role), at=LATER)


@pytest.mark.parametrize(("days", "backloaded"), [(0, False), (90, False), (91, True), (3000, True)])
def test_evidence_known_more_than_90_days_before_is_backloaded(days: int, backloaded: bool) -> None:
    known_on = make.TODAY - dt.timedelta(days=days)

    row = make.proposed(known_on=known_on, event_on=known_on)

    assert row.backloaded is backloaded
    assert (row.known_at.date(), row.recorded_at) == (known_on, make.NOW)
