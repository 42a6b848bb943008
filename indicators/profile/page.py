"""Arranges what was read of a country for its page."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from countries.models import Country
from indicators.models import Evidence, History, MethodVersion, Snapshot
from indicators.models.score import Level
from indicators.profile.factors import factor_views
from indicators.profile.newly_known import new_events_of
from indicators.profile.reading import Reading, read
from indicators.profile.reasons import reasons_of
from indicators.profile.values import Band, CountryProfile, HistoryLine, ProfileScore
from indicators.scored import PROFILES, ScoredCountry, ScoredLine
from indicators.scoring.contributions import Contribution, contributions
from indicators.scoring.flags import concentration
from indicators.scoring.levels import plain_level
from indicators.world import Flags, flags_of, interval_of

TIE = 1e-9  # points; profiles this close lead together

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User


def country_profile(
    country: Country,
    *,
    day: dt.date,
    known_on: dt.date,
    is_current: bool,
    user: "User | AnonymousUser",
    method: MethodVersion | None = None,
    with_history: bool = True,
) -> CountryProfile:
    """The country at (t = `day`, k = `known_on`) as `user` may see it, under the method in use or another.

    Without history it costs less. Raises frames.NoMethodError.
    """
    asked: dict[str, Any] = {"day": day, "known_on": known_on, "is_current": is_current}
    return profile_of(read(country, **asked, user=user, method=method, with_history=with_history), country, **asked)


def profile_of(
    reading: Reading, country: Country, *, day: dt.date, known_on: dt.date, is_current: bool
) -> CountryProfile:
    """What was read of the country at that moment, arranged."""
    rows = _contributions(reading)
    return CountryProfile(
        country=country,
        day=day,
        known_on=known_on,
        is_current=is_current,
        **_of_score(reading.score, reading),
        new_events=new_events_of(reading),
        leans_on=_leans_on(rows, reading),
        reasons=reasons_of(rows, reading),
        factors=factor_views(rows, reading),
        history=_history(reading),
        unscored_series=tuple(row for row in reading.series if not row.is_scored and reading.may_see(row)),
        **_rests_on(reading, decided_by=None if is_current else known_on),
        method=reading.method.version,
        run=reading.run,
        snapshot=reading.standing,
        is_stale=reading.is_stale,
        is_recomputing=reading.is_recomputing,
    )


def _of_score(score: Snapshot | ScoredCountry | None, reading: Reading) -> dict[str, Any]:
    """The fields that say the score itself; without one nothing, which is not 0."""
    return {
        "assessed": score is not None,
        "level": Level(score.shown_level) if score else None,
        "overall": score.overall if score else None,
        "coverage": score.coverage if score else None,
        "cannot_exclude": score.cannot_exclude if score else None,
        "change_90": score.change_90 if score else None,
        "interval": interval_of(score) if score else None,
        "flags": flags_of(score) if score else Flags(),
        "profiles": _profiles(score),
        "is_held": score is not None and score.level > plain_level(score.overall, reading.method.parameters),
    }


def _rests_on(reading: Reading, *, decided_by: dt.date | None) -> dict[str, Any]:
    """What the reader may know of the evidence: its rows, how much of it there is, how fresh it is.

    `decided_by`: as known on that day, no later decision is told; None: now, all are.
    """
    visible = tuple(row for row in reading.evidence if row.is_visible)
    return {
        "evidence": visible,
        "evidence_count": len(reading.evidence),
        "bodies_count": len({reading.family_of(row) for row in visible if row.polarity == Evidence.Polarity.RISK}),
        "withheld": len(reading.evidence) - len(visible),
        "documents_count": len({row.passage.report_id for row in visible}),
        "passages_count": len({row.passage_id for row in visible}),
        "corrections": tuple(row for row in reading.corrections if row.is_visible),
        "last_event_on": max((row.event_on for row in visible), default=None),
        "last_known_on": max((row.known_at.date() for row in visible), default=None),
        "last_reviewed_at": max(_decisions(visible, decided_by), default=None),
    }


def _decisions(rows: Iterable[Evidence], decided_by: dt.date | None) -> Iterator[dt.datetime]:
    for row in rows:
        if row.decided_at and (decided_by is None or row.decided_at.date() <= decided_by):
            yield row.decided_at


def _contributions(reading: Reading) -> list[Contribution]:
    """Of the shown score: by its own inputs and days."""
    inputs, method = reading.inputs, reading.method
    given = (inputs.evidence, inputs.series, method.catalogue, method.parameters)
    return contributions(*given, 0, reading.day, reading.known_on)


def _profiles(score: Snapshot | ScoredCountry | None) -> tuple[ProfileScore, ...]:
    if score is None:
        return ()
    values = score.by_profile if isinstance(score, ScoredCountry) else (score.genocide, score.cah, score.war)
    alone = sum(value >= score.overall - TIE for value in values) == 1
    known = [sum(score.factor_coverage[place : place + 2]) > 0 for place in (8, 10, 12)]
    return tuple(
        ProfileScore(profile.value, str(profile.label), value, alone and profile == score.profile, is_known)
        for profile, value, is_known in zip(PROFILES, values, known, strict=True)
    )


def _leans_on(rows: Sequence[Contribution], reading: Reading) -> str:
    """The family that gives most, where the flag is raised and the reader sees all that it says here; else empty."""
    leaning = concentration(rows, reading.method.parameters)
    if leaning is None or not leaning.is_raised:
        return ""
    own = [row for row in reading.counted if reading.family_of(row) == leaning.family]
    return _name(own[0], reading) if own and all(row.is_visible for row in own) else ""


def _name(row: Evidence, reading: Reading) -> str:
    return reading.counted_with(row) or row.family.name


def _band(reading: Reading, line: str) -> Band:
    """The interval at those points of the hindsight line that have one."""
    if line != History.Line.HINDSIGHT:
        return {}
    if isinstance(reading.score, ScoredCountry):
        return {reading.day: reading.score.interval} if reading.score.interval else {}
    stored = [(row.days, row.low, row.high) for row in reading.bands]
    return {day: (low, high) for days, lows, highs in stored for day, low, high in zip(days, lows, highs, strict=True)}


def _history(reading: Reading) -> tuple[HistoryLine, ...]:
    stored: list[History | ScoredLine] = list(reading.histories)
    if isinstance(reading.score, ScoredCountry):
        stored = list(reading.score.lines)
    lines = [
        HistoryLine(
            key=str(line.line),
            title=str(History.Line(line.line).label),
            days=tuple(line.days),
            overall=tuple(line.overall),
            coverage=tuple(line.coverage),
            levels=tuple(Level(level) for level in line.shown_levels),
            band=_band(reading, line.line),
        )
        for line in stored
    ]
    return tuple(sorted(lines, key=lambda line: line.key))
