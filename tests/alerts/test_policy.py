"""What becomes of signals: pure, and true of every series of levels."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.policy import (
    ALERT_OF,
    RAISING,
    Found,
    Judgement,
    Warned,
    is_standing,
    judge,
    judge_all,
    may_fail,
    superseded,
    warned_level,
    was_sent,
)
from alerts.policy.rules import COOL_DOWN_DAYS, is_signal, valid_until
from tests.alerts.drafted import Drafted

NOW = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
LEVELS = st.integers(0, 5)
HIGH_LEVELS = st.integers(3, 5)
KINDS = st.sampled_from(list(ALERT_OF))
SERIES = st.lists(st.tuples(st.integers(1, 120), LEVELS), min_size=1, max_size=30)  # (days since the last look, level)
DECISIONS = st.sampled_from(["", "", "release", "refuse", "fail"])  # on what is open
LOOKS = st.lists(st.tuples(st.integers(1, 120), LEVELS, st.booleans(), DECISIONS), min_size=1, max_size=12)


def judged(*, level_now: int = 4, warned: Sequence[Warned] = (), at: dt.datetime = NOW, **changes: object) -> Judgement:
    usual: dict[str, object] = {"number": 1, "kind": "level_up", "from_level": 0}
    return judge(Found(**(usual | changes)), level_now=level_now, warned=warned, at=at)  # type: ignore[arg-type]  # by name


def sent(level: int = 4, *, kind: str = "rise", days_ago: int = 10, number: int = 1, **fields: object) -> Warned:
    return Warned(number, kind, level, NOW - days_ago * DAY, **fields)  # type: ignore[arg-type]  # by name


def looked_at(series: list[tuple[int, int]], *, kind: str = "level_up") -> list[tuple[Warned, int]]:
    """The alerts of a country that is looked at now and then, each sent at once; with the place of the look."""
    alerts: list[tuple[Warned, int]] = []
    at, before = NOW, 0
    for place, (days, level) in enumerate(series):
        at += days * DAY
        found = Found(place, kind, before, found_with=place)
        is_found = is_signal(from_level=before, to_level=level) if kind == "level_up" else True
        if is_found and judge(found, level_now=level, warned=[one for one, _ in alerts], at=at).raises:
            alerts.append((Warned(place, ALERT_OF[kind], level, at, found_with=place), place))
        before = level
    return alerts


# --- cool-down -----------------------------------------------------------------------------------------------
@given(SERIES, KINDS)
def test_no_series_mails_twice_in_a_cool_down_but_for_a_higher_level(series: list[tuple[int, int]], kind: str) -> None:
    alerts = [one for one, _ in looked_at(series, kind=kind)]

    for place, later in enumerate(alerts):
        assert later.released_at is not None
        since = later.released_at - COOL_DOWN_DAYS * DAY
        close = [one for one in alerts[:place] if one.released_at is not None and one.released_at > since]
        assert all(one.level < later.level for one in close)


@given(KINDS, HIGH_LEVELS, st.lists(st.tuples(st.sampled_from(RAISING), LEVELS, st.integers(0, 400)), max_size=8))
def test_a_higher_level_always_breaks_through(kind: str, level: int, said: list[tuple[str, int, int]]) -> None:
    warned = [sent(level=each, kind=name, days_ago=days) for name, each, days in said]
    is_higher = all(each < level for name, each, days in said if name == ALERT_OF[kind] and days < COOL_DOWN_DAYS)

    assert judged(kind=kind, level_now=level, warned=warned).raises is is_higher


@given(SERIES, st.data())
def test_a_gap_of_any_length_loses_nothing(series: list[tuple[int, int]], data: st.DataObject) -> None:
    """However many looks are missed: a level that stands higher than at the last look was warned of."""
    kept = sorted(data.draw(st.sets(st.integers(0, len(series) - 1), min_size=1)))
    seen, waited = [], 0
    for place, (days, level) in enumerate(series):
        waited += days
        if place in kept:
            seen.append((waited, level))
            waited = 0
    alerts, at = [one for one, _ in looked_at(seen)], NOW
    for place, (days, level) in enumerate(seen):
        at += days * DAY
        said = [one for one in alerts if one.released_at is not None and one.released_at <= at]
        before = seen[place - 1][1] if place else 0
        if level >= 3 and level > before:
            assert warned_level(said, kind="rise", at=at) >= level


@given(LOOKS)
def test_drafts_refusals_and_lapses_lose_nothing_either(looks: list[tuple[int, int, bool, str]]) -> None:
    """What still says something was told, was decided by a person, or may still be told."""
    country = Drafted()
    for days, level, has_trigger, decision in looks:
        country.look(days, level, has_trigger=has_trigger, decision=decision)

        assert [one for one in country.live if not country.is_told(one)] == []


@given(LOOKS)
def test_drafts_refusals_and_lapses_mail_nothing_twice(looks: list[tuple[int, int, bool, str]]) -> None:
    country = Drafted()
    for days, level, has_trigger, decision in looks:
        country.look(days, level, has_trigger=has_trigger, decision=decision)

    went_out = sorted((one for one in country.alerts.values() if one.is_settled), key=lambda one: one.number)
    for place, later in enumerate(went_out):
        assert later.released_at is not None
        since = later.released_at - COOL_DOWN_DAYS * DAY
        same = [one for one in went_out[:place] if one.kind == later.kind]
        assert all(one.level < later.level for one in same if one.released_at is not None and one.released_at > since)


@given(LEVELS, st.permutations([Found(n, kind, 2, n % 5 == 0, found_with=n % 2) for n, kind in enumerate(ALERT_OF, 1)]))
def test_the_order_in_which_signals_come_does_not_matter(level: int, found: list[Found]) -> None:
    in_order = judge_all(sorted(found, key=lambda one: one.number), level_now=level, warned=[], at=NOW)

    assert judge_all(found, level_now=level, warned=[], at=NOW) == in_order


@given(HIGH_LEVELS, st.integers(0, 10_000))
def test_a_clock_that_was_set_back_warns_nobody_twice(level: int, days: int) -> None:
    assert not judged(level_now=level, warned=[sent(level=level, days_ago=-days)]).raises


@given(HIGH_LEVELS, KINDS)
def test_what_was_never_sent_mutes_nothing(level: int, kind: str) -> None:
    assert judged(kind=kind, level_now=level, warned=[sent(level=5, kind=ALERT_OF[kind], is_sent=False)]).raises


@given(HIGH_LEVELS, KINDS, st.sampled_from(RAISING))
def test_one_kind_does_not_mute_another(level: int, kind: str, other: str) -> None:
    raised = judged(kind=kind, level_now=level, warned=[sent(level=level, kind=other)]).raises

    assert raised is (ALERT_OF[kind] != other)


def test_the_cool_down_ends_after_its_last_day() -> None:
    assert not judged(warned=[sent(days_ago=COOL_DOWN_DAYS - 1)]).raises
    assert judged(warned=[sent(days_ago=COOL_DOWN_DAYS)]).raises


# --- what raises what ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": "method"}, "method"), ({"kind": "level_down"}, "shown only"), ({"kind": "gone_stale"}, "shown only"),
        ({"kind": "blackout_over"}, "shown only"), ({"kind": "correction"}, "shown only"),
        ({"level_now": 2}, "below ELEVATED"), ({"is_historic": True}, "historic"),
        ({"from_level": 4}, "fallen again"), ({"is_stale": True}, "long past"),
        ({"warned": [sent()]}, "180 days"), ({"warned": [sent(5)]}, "180 days"),
        ({"warned": [Warned(1, "rise", 4)]}, "waits for"), ({"kind": "rapid", "holds": False}, "no longer rapid"),
        ({"kind": "blackout", "holds": False}, "come again"), ({"kind": "trigger", "holds": False}, "retracted"),
        ({"kind": "blackout", "is_historic": True}, "before anybody looked"),
    ],
)  # fmt: skip
def test_the_policy_says_why_it_raises_no_alert(changes: dict[str, object], says: str) -> None:
    judgement = judged(**changes)  # type: ignore[arg-type]  # by name

    assert not judgement.raises
    assert says in judgement.reason


@pytest.mark.parametrize("kind", list(ALERT_OF))
def test_what_is_found_where_the_level_is_elevated_is_warned_of(kind: str) -> None:
    assert judged(kind=kind, level_now=3).raises
    assert not judged(kind=kind, level_now=2).raises


@given(LEVELS, LEVELS)
def test_a_rise_that_settles_lower_is_still_a_rise(before: int, now: int) -> None:
    assert judged(from_level=before, level_now=now).raises == (now > before and now >= 3)


def test_one_alert_tells_what_was_found_together_and_silence_has_its_own() -> None:
    found = [Found(number, kind, 2, found_with=7) for number, kind in enumerate(reversed(ALERT_OF))]

    verdicts = judge_all(found, level_now=4, warned=[], at=NOW)
    later = judge_all(found[:3], level_now=4, warned=[sent(found_with=7)], at=NOW)

    assert {found[number].kind for number, one in verdicts.items() if one.raises} == {"level_up", "blackout"}
    assert verdicts[2].waits_for == -3  # until the alert of signal 3 has gone out
    assert "found with it" in later[2].reason


def test_of_many_triggers_at_once_one_is_warned_of() -> None:
    found = [Found(number, "trigger", 4, found_with=7) for number in range(9)]

    assert sum(one.raises for one in judge_all(found, level_now=4, warned=[], at=NOW).values()) == 1


# --- what may come to nothing --------------------------------------------------------------------------------
@pytest.mark.parametrize("open_one", [Warned(9, "rise", 4), sent(is_posted=False)])
def test_what_is_muted_by_what_may_come_to_nothing_waits_for_it(open_one: Warned) -> None:
    assert judged(warned=[open_one]).waits_for == open_one.number
    assert judged(warned=[open_one, sent(number=2)]).waits_for is None


def test_what_waited_for_an_alert_that_went_out_is_told() -> None:
    took_its_place = sent(5, number=7)

    assert judged(kind="trigger", warned=[took_its_place]).raises
    assert not judged(kind="trigger", waited_for=7, warned=[took_its_place]).raises


@pytest.mark.parametrize(
    ("found", "kind", "says_it"),
    [
        ({"kind": "level_up", "found_with": 6}, "rise", True), ({"kind": "level_up", "found_with": 8}, "rise", False),
        ({"kind": "trigger", "found_with": 7}, "rise", True), ({"kind": "trigger", "found_with": 6}, "rise", False),
        ({"kind": "trigger", "found_with": 7}, "trigger", False), ({"kind": "rapid", "found_with": 6}, "rapid", True),
        ({"kind": "blackout", "found_with": 7}, "rise", False),
    ],
)  # fmt: skip
def test_what_a_person_refused_does_not_come_back_in_other_words(
    found: dict[str, object], kind: str, says_it: bool
) -> None:
    refused = Warned(1, kind, 4, found_with=7, stood=7, is_sent=False, is_declined=True)

    one = Found(2, from_level=0, waited_for=1, **found)  # type: ignore[arg-type]  # by name
    assert judge(one, level_now=4, warned=[refused], at=NOW).raises is not says_it


@pytest.mark.parametrize(
    ("deliveries", "is_matched", "fails"),
    [
        ([], False, True), ([], True, False), (["waiting", "refused"], True, True), (["deferred"], True, True),
        (["waiting", "sent"], True, False), (["refused"], True, False),
    ],
)  # fmt: skip
def test_an_alert_may_fail_while_it_reached_nobody_and_mails_are_to_be_tried(
    deliveries: list[str], is_matched: bool, fails: bool
) -> None:
    assert may_fail(is_matched=is_matched, deliveries=deliveries) is fails


# --- what was sent, what stands ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("deliveries", "is_sent"),
    [
        ([], True), (["sent"], True), (["cancelled", "sent"], True), (["waiting"], True), (["deferred"], True),
        (["cancelled"], False), (["refused", "given_up", "bounced", "cancelled"], False),
    ],
)  # fmt: skip
def test_an_alert_was_sent_where_somebody_got_it_or_will(deliveries: list[str], is_sent: bool) -> None:
    assert was_sent(is_dry_run=False, is_withdrawn=False, deliveries=deliveries) is is_sent
    assert not was_sent(is_dry_run=True, is_withdrawn=False, deliveries=deliveries)
    assert not was_sent(is_dry_run=False, is_withdrawn=True, deliveries=deliveries)


@given(HIGH_LEVELS)
def test_a_warning_stands_until_its_last_day(level: int) -> None:
    end = valid_until(level=level, day=NOW.date())
    one = sent(level=level, valid_until=end)

    assert is_standing(one, day=end)
    assert not is_standing(one, day=end + DAY)
    assert not is_standing(dataclasses.replace(one, released_at=None), day=end)


@given(st.lists(st.tuples(LEVELS, st.booleans(), st.integers(-5, 5)), max_size=8), HIGH_LEVELS)
def test_a_higher_warning_takes_the_place_of_the_highest_lower_one_that_stands(
    rows: list[tuple[int, bool, int]], level: int
) -> None:
    day = NOW.date()
    warned = [
        Warned(number, "rise", each, NOW, day + left * DAY, is_sent=is_sent)
        for number, (each, is_sent, left) in enumerate(rows)
    ]
    lower = [one.level for one in warned if one.is_sent and one.valid_until >= day and one.level < level]

    found = superseded(warned, level=level, day=day)

    assert (found is None) is (not lower)
    assert found is None or warned[found].level == max(lower)
