"""What stands of a country in words and numbers, and what is said beside every score."""

from typing import Any

from rest_framework import serializers

from indicators.api.methods import MethodSerializer, method_shown
from indicators.models import MethodVersion, ScoreRun
from indicators.models.score import Level
from indicators.world import World, WorldRow
from r2p_dashboard.api import NOTE, Moment

ASSESSED, NOT_ASSESSED = "assessed", "not_assessed"
STATES = [ASSESSED, NOT_ASSESSED]
LEVELS = [level.label for level in Level]
LEVEL_HELP = "UNDETERMINED: too little is known to say low. null: not assessed"


class RunSerializer(serializers.Serializer[Any]):
    """The computation that a standing score came from."""

    id = serializers.IntegerField()
    as_of = serializers.DateField()
    known_on = serializers.DateField()
    published_at = serializers.DateTimeField(allow_null=True)
    code_version = serializers.CharField(allow_blank=True)


class IntervalSerializer(serializers.Serializer[Any]):
    """A sensitivity band around the index."""

    low = serializers.FloatField()
    high = serializers.FloatField()


class Scored(Moment):
    """What is said beside every score."""

    method = MethodSerializer(allow_null=True, help_text="null: none is published yet")
    run = RunSerializer(allow_null=True, help_text="null where the score was computed when it was asked for")
    is_stale = serializers.BooleanField(help_text="The last run failed, or none came for more than a day")
    note = serializers.CharField()


class StandingSerializer(serializers.Serializer[Any]):
    """What stands of a country. Unknown is null, never 0."""

    state = serializers.ChoiceField(STATES)
    level = serializers.ChoiceField(LEVELS, allow_null=True, help_text=LEVEL_HELP)
    index = serializers.FloatField(allow_null=True, help_text="0 to 100, unrounded; no probability")
    coverage = serializers.FloatField(allow_null=True, help_text="0 to 1: how much of the Framework is known about")
    change_90_days = serializers.FloatField(allow_null=True, help_text="As known on each of the two days")
    interval = IntervalSerializer(allow_null=True)
    evidence_count = serializers.IntegerField(help_text="Pieces that the score rests on, shown to you or not")
    last_event_on = serializers.DateField(allow_null=True)
    top_factor = serializers.IntegerField(allow_null=True, help_text="Number of the factor that contributes most")
    top_factor_title = serializers.CharField(allow_null=True)


def level_word(level: Level | None) -> str | None:
    """The level as it is shown; None where nothing was assessed."""
    return None if level is None else Level(level).label


def interval_shown(interval: tuple[float, float] | None) -> dict[str, float] | None:
    """The fields of `IntervalSerializer`."""
    return None if interval is None else {"low": interval[0], "high": interval[1]}


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
        "evidence_count": row.evidence_count,
        "last_event_on": row.last_event_on,
        "top_factor": row.top_factor,
        "top_factor_title": row.top_factor_title or None,
    }


def scored(*, method: MethodVersion | None, run: ScoreRun | None, is_stale: bool) -> dict[str, Any]:
    """The fields that `Scored` adds to the moment."""
    return {
        "method": method_shown(method),
        "run": run and {name: getattr(run, name) for name in RunSerializer._declared_fields},
        "is_stale": is_stale,
        "note": NOTE,
    }


def scored_world(shown: World) -> dict[str, Any]:
    """The fields of `Scored` for all countries."""
    run = shown.run
    method = run.method if run else MethodVersion.objects.order_by("-published_at", "-pk").first()
    return {
        "as_of": shown.day,
        "known_at": shown.known_on,
        **scored(method=method, run=run, is_stale=shown.is_stale),
    }
