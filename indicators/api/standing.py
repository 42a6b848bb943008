"""What stands of a country in words and numbers, and what is said beside every score."""

import dataclasses
from typing import Any

from rest_framework import serializers

from indicators.api.methods import MethodSerializer, method_shown
from indicators.models import MethodVersion, ScoreRun, Snapshot
from indicators.models.score import Level, Reporting
from indicators.world import Flags, World, WorldRow, interval_of
from people.english import in_english
from r2p_dashboard.api import NOTE, Moment

ASSESSED, NOT_ASSESSED = "assessed", "not_assessed"
STATES = [ASSESSED, NOT_ASSESSED]
LEVELS = [in_english(level.label) for level in Level]
LEVEL_HELP = "UNDETERMINED: too little is known to say low. null: not assessed"


class RunSerializer(serializers.Serializer[Any]):
    """The computation that a standing score came from."""

    id = serializers.IntegerField()
    as_of = serializers.DateField()
    known_on = serializers.DateField()
    published_at = serializers.DateTimeField(allow_null=True)
    code_version = serializers.CharField(allow_blank=True)


class IntervalSerializer(serializers.Serializer[Any]):
    """A sensitivity band around the index: how far it moves with the weight of sources and with judgement."""

    low = serializers.FloatField()
    high = serializers.FloatField()


class FlagsSerializer(serializers.Serializer[Any]):
    """What stands beside an index. null: not computed, or nothing to compare with."""

    is_rapid = serializers.BooleanField(
        allow_null=True, help_text="It rose fast within 90 days, and by more than its interval explains"
    )
    rapid_margin = serializers.FloatField(allow_null=True, help_text="By how much more, points")
    is_concentrated = serializers.BooleanField(allow_null=True, help_text="One family gives more than half the points")
    concentration = serializers.FloatField(allow_null=True, help_text="Share of the family that gives most, 0 to 1")
    reporting = serializers.ChoiceField(
        Reporting.choices,
        allow_null=True,
        help_text="blackout: public reports fell well below the country's own past while its level is not falling; "
        "unknown: too few to say",
    )
    reports_recent = serializers.IntegerField(allow_null=True, help_text="Public reports lately")
    reports_expected = serializers.FloatField(allow_null=True, help_text="As many by its own past")


class Scored(Moment):
    """What is said beside every score."""

    method = MethodSerializer(allow_null=True, help_text="null: none is published yet")
    run = RunSerializer(allow_null=True, help_text="null where the score was computed when it was asked for")
    is_stale = serializers.BooleanField(help_text="The last run failed, or none came for more than a day")
    note = serializers.CharField()


class PublishedThenSerializer(serializers.Serializer[Any]):
    """What was published at the time, which no later knowledge changes."""

    as_of = serializers.DateField(help_text="The valid day that it was computed for")
    level = serializers.ChoiceField(LEVELS, allow_null=True, help_text=LEVEL_HELP)
    index = serializers.FloatField(allow_null=True)
    interval = IntervalSerializer(allow_null=True)
    method = MethodSerializer()
    run = RunSerializer()


class StandingSerializer(serializers.Serializer[Any]):
    """What stands of a country. Unknown is null, never 0."""

    state = serializers.ChoiceField(STATES)
    level = serializers.ChoiceField(LEVELS, allow_null=True, help_text=LEVEL_HELP)
    index = serializers.FloatField(allow_null=True, help_text="0 to 100, unrounded; no probability")
    coverage = serializers.FloatField(allow_null=True, help_text="0 to 1: how much of the Framework is known about")
    change_90_days = serializers.FloatField(allow_null=True, help_text="As known on each of the two days")
    interval = IntervalSerializer(allow_null=True)
    flags = FlagsSerializer()
    evidence_count = serializers.IntegerField(help_text="Pieces that the score rests on, shown to you or not")
    last_event_on = serializers.DateField(allow_null=True)
    top_factor = serializers.IntegerField(allow_null=True, help_text="Number of the factor that contributes most")
    top_factor_title = serializers.CharField(allow_null=True)


def level_word(level: Level | None) -> str | None:
    """The level as it is shown; None where nothing was assessed."""
    return None if level is None else in_english(Level(level).label)


def interval_shown(interval: tuple[float, float] | None) -> dict[str, float] | None:
    """The fields of `IntervalSerializer`."""
    return None if interval is None else {"low": interval[0], "high": interval[1]}


_FLAGS = tuple(field.name for field in dataclasses.fields(Flags))


def flags_shown(flags: Flags) -> dict[str, Any]:
    """The fields of `FlagsSerializer`."""
    return {name: getattr(flags, name) for name in _FLAGS}


def standing_shown(row: WorldRow) -> dict[str, Any]:
    """The fields of `StandingSerializer`."""
    known = row.assessed
    return {
        "state": ASSESSED if known else NOT_ASSESSED,
        "level": level_word(row.level) if known else None,
        "index": row.overall if known else None,
        "coverage": row.coverage if known else None,
        "change_90_days": row.change_90 if known else None,
        "interval": interval_shown(row.interval) if known else None,
        "flags": flags_shown(row.flags),
        "evidence_count": row.evidence_count,
        "last_event_on": row.last_event_on,
        "top_factor": row.top_factor,
        "top_factor_title": row.top_factor_title or None,
    }


def run_shown(run: ScoreRun) -> dict[str, Any]:
    """The fields of `RunSerializer`."""
    return {name: getattr(run, name) for name in RunSerializer._declared_fields}


def stored_shown(snapshot: Snapshot) -> dict[str, Any]:
    """What a stored score said, unknown as null."""
    known = snapshot.assessed
    return {
        "level": level_word(Level(snapshot.shown_level)) if known else None,
        "index": snapshot.overall if known else None,
        "interval": interval_shown(interval_of(snapshot)) if known else None,
    }


def scored(*, method: MethodVersion | None, run: ScoreRun | None, is_stale: bool) -> dict[str, Any]:
    """The fields that `Scored` adds to the moment."""
    return {
        "method": method_shown(method),
        "run": run and run_shown(run),
        "is_stale": is_stale,
        "note": NOTE,
    }


def scored_world(shown: World) -> dict[str, Any]:
    """The fields of `Scored` for all countries."""
    return {
        "as_of": shown.day,
        "known_at": shown.known_on,
        **scored(method=shown.method, run=shown.run, is_stale=shown.is_stale),
    }
