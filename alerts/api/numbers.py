"""The numbers of alerts as data."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.models import Alert
from alerts.numbers.counted import Counted, Span, counted
from alerts.numbers.numbers import Asked, Elapsed, Fate, Group, Kept, groups, kept, office_figures
from indicators.api.standing import LEVELS
from indicators.models.score import Level
from people.english import in_english
from people.permissions import Action, may
from r2p_dashboard import clock
from r2p_dashboard.api import About, RowsEndpoint, RowsQuery, answers, enveloped

_HOUR = dt.timedelta(hours=1)


class NumbersQuery(RowsQuery):
    """Which alerts are counted."""

    since = serializers.DateField(required=False, help_text="Released on this day or later, UTC")
    until = serializers.DateField(required=False, help_text="Released on this day or earlier, UTC")
    region = serializers.IntegerField(
        required=False, min_value=1, max_value=999, help_text="UN M49 code of a region or sub-region"
    )


class ElapsedSerializer(serializers.Serializer[Any]):
    """How long a step took. Those still open count in the median as longer than they have lasted so far."""

    ended = serializers.IntegerField(
        allow_null=True,
        help_text="null, as open: of decisions in a part of all alerts, or fewer than three beside your own: not told",
    )
    open = serializers.IntegerField(
        allow_null=True, help_text="Begun and not ended as far as you may see; never dropped, never 0 hours"
    )
    before = serializers.IntegerField(allow_null=True, help_text="Decided before the warning only: in no time")
    median_hours = serializers.FloatField(
        allow_null=True, help_text="null: fewer than three have ended, or half or more are still open"
    )
    shortest_hours = serializers.FloatField(allow_null=True, help_text="Of those that ended; null: fewer than three")
    longest_hours = serializers.FloatField(allow_null=True, help_text="Of those that ended; null: fewer than three")


class KeptSerializer(serializers.Serializer[Any]):
    """Questions to offices, by whether they were answered within the time set for the level."""

    in_time = serializers.IntegerField()
    late = serializers.IntegerField(help_text="Answered after it")
    unanswered = serializers.IntegerField(help_text="Not answered, and it is over")
    not_due = serializers.IntegerField(help_text="Not answered, and it is not over: in no share")


class NumbersRow(serializers.Serializer[Any]):
    """One group of warnings: where month, level, kind and office are null, all of them."""

    month = serializers.CharField(allow_null=True, help_text="Of release, such as 2024-06; null: every month")
    level = serializers.ChoiceField(LEVELS, allow_null=True, help_text="null: every level")
    kind = serializers.ChoiceField([kind.value for kind in Alert.Kind], allow_null=True, help_text="null: every kind")
    office = serializers.CharField(
        allow_null=True,
        help_text="null: not of one office. Rows of offices are shown to their members and to those who release alerts",
    )
    warnings = serializers.IntegerField(
        help_text="Released and not withdrawn; of an office: those that it was asked about"
    )
    withdrawn = serializers.IntegerField(allow_null=True, help_text="Released, and withdrawn later")
    practice = serializers.IntegerField(
        allow_null=True, help_text="For practice: nobody was written to; null where you may not see them"
    )
    letters = serializers.IntegerField(allow_null=True, help_text="Corrections and withdrawals of other alerts")
    waiting = serializers.IntegerField(allow_null=True, help_text="Drafts; null where you may not see them")
    not_released = serializers.IntegerField(allow_null=True, help_text="Refused or lapsed; null likewise")
    arrived_nowhere = serializers.IntegerField(allow_null=True, help_text="Of the warnings: no mail or post was taken")
    false_alarms = serializers.IntegerField(
        allow_null=True,
        help_text="Of the warnings: marked so by who got it; null: not told (a part, or fewer than three beside yours)",
    )
    false_alarms_withdrawn = serializers.IntegerField(allow_null=True, help_text="Of those withdrawn; null likewise")
    time_set = KeptSerializer(allow_null=True, help_text="null in rows of a month or a kind")
    to_release = ElapsedSerializer(allow_null=True, help_text="From its signal")
    to_answer = ElapsedSerializer(help_text="From release to the first answer of any kind; of an office: since asked")
    to_decision = ElapsedSerializer(help_text="From release to the first decision; of an office: since asked")


class NumbersAbout(About):
    """When it was counted: what is open then may have ended since."""

    counted_at = serializers.DateTimeField()


class AlertNumbersView(RowsEndpoint):
    """The numbers of alerts."""

    query_class = NumbersQuery
    row_class = NumbersRow
    about_class = NumbersAbout
    name = "alert-numbers"

    @extend_schema(
        operation_id="alert_numbers",
        summary="Numbers of alerts",
        tags=["alerts"],
        parameters=[NumbersQuery],
        responses=answers(enveloped("AlertNumbers", NumbersRow, NumbersAbout, paged=False), csv=True),
    )
    def get(self, request: Request) -> Response:
        """How many warnings went out, how long each step took, how many are unanswered and how many were false alarms.

        All; by level; by kind; by month and level; and by office where you may see that.
        """
        span, at = Span(*(self.asked.get(name) for name in ("since", "until", "region"))), clock.now()
        if span.since and span.until and span.since > span.until:
            raise ParseError(f"until is {span.until}, which is before {span.since}; wanted the same day or a later one")
        found = counted(user=request.user, span=span)
        is_told = may(request.user, Action.RELEASE_ALERT)
        grouped = groups(found.cases, at=at, tells_few=is_told, is_whole=span == Span())
        rows = [_row(group, found.asked, at, is_told=is_told) for group in grouped]
        rows += _offices(found, at)
        return Response({"counted_at": at, "count": len(rows), "results": rows})


def _row(group: Group, asked: Sequence[Asked], at: dt.datetime, *, is_told: bool) -> dict[str, Any]:
    of_it, fates = group.figures, group.figures.fates
    return {
        "month": group.month,
        "time_set": None if group.month or group.kind else _kept(asked, group.level, at),
        "level": None if group.level is None else in_english(Level(group.level).label),
        "kind": group.kind,
        "office": None,
        "warnings": of_it.standing,
        "withdrawn": fates[Fate.WITHDRAWN],
        "practice": fates[Fate.PRACTICE] if is_told else None,
        "letters": fates[Fate.LETTER],
        "waiting": fates[Fate.WAITING] if is_told else None,
        "not_released": fates[Fate.ENDED] if is_told else None,
        **{name: getattr(of_it, name) for name in ("arrived_nowhere", "false_alarms", "false_alarms_withdrawn")},
        **{name: _elapsed(getattr(of_it, name)) for name in ("to_release", "to_answer", "to_decision")},
    }


def _offices(found: Counted, at: dt.datetime) -> list[dict[str, Any]]:
    rows = []
    for office, name in found.offices.items():
        of_it = office_figures([one for one in found.asked if one.office == office], at=at)
        told = {
            "office": name,
            "warnings": of_it.asked,
            "false_alarms": of_it.false_alarms,
            "time_set": _shown(of_it.kept),
            "to_answer": _elapsed(of_it.to_answer),
            "to_decision": _elapsed(of_it.to_decision),
        }
        rows.append(dict.fromkeys(NumbersRow().fields) | told)
    return rows


def _kept(asked: Sequence[Asked], level: int | None, at: dt.datetime) -> dict[str, int]:
    return _shown(kept([one for one in asked if level in {None, one.level}], at=at))


def _shown(found: Kept) -> dict[str, int]:
    return {name: getattr(found, name) for name in ("in_time", "late", "unanswered", "not_due")}


def _elapsed(found: Elapsed) -> dict[str, Any]:
    hours = {name: getattr(found, name) for name in ("median", "shortest", "longest")}
    counts = {"ended": found.done, "open": found.open, "before": found.before}
    return {
        **(dict.fromkeys(counts) if found.is_withheld else counts),
        **{f"{name}_hours": None if span is None else span / _HOUR for name, span in hours.items()},
    }
