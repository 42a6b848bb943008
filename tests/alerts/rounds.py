"""A synthetic situation that is grave enough to warn of, and the round from evidence to alert."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from alerts import comparing
from alerts.corrections import recalling
from alerts.models import Alert
from alerts.raising import raising
from alerts.subscriptions import matching
from indicators import assess, coding
from indicators.models import Evidence, Indicator, RescoreRequest
from people.models import User
from people.permissions import Role
from tests import make

GRAVE = (
    "1.1", "2.1", "2.3", "3.2", "4.1", "5.1", "6.2", "7.8", "8.5", "9.1", "9.4", "10.2",
    "11.1", "11.2", "13.10", "13.14", "13.17", "7.10", "1.3", "12.10",
)  # fmt: skip


def grave_situation(
    *,
    iso3: str = "MMR",
    indicators: Sequence[str] = GRAVE,
    severity: int = 4,
    event_on: dt.date = dt.date(2024, 6, 1),
    known_on: dt.date = dt.date(2024, 6, 10),
    **fields: Any,
) -> list[Evidence]:
    """Accepted evidence on many indicators, from two bodies: ELEVATED at the least. Written at once."""
    passage, country, family = make.passage(), make.country(iso3), make.family()
    coder, reader, at = person(Role.CODER), person(Role.ADMIN), fields.pop("at", make.NOW)
    said = {"severity": severity, "event_on": event_on, "known_on": known_on, **fields}
    drafts = [
        make.draft(country=country, indicator=indicator, family=family, **said) for indicator in _indicators(indicators)
    ]
    rows = [coding.row(passage, draft, coder, at=at, installation_day=make.TODAY) for draft in drafts]
    for row in rows:
        row.status, row.decided_by, row.decided_at = Evidence.Status.ACCEPTED, reader, at
    Evidence.objects.bulk_create(rows)
    RescoreRequest.objects.bulk_create(RescoreRequest(country=country, evidence=row, asked_at=at) for row in rows)
    return rows


def person(role: Role) -> User:
    """One of the role: who they are is not what is tested."""
    return User.objects.filter(role=role, is_active=True).first() or make.person(role)


def _indicators(codes: Sequence[str]) -> list[Indicator]:
    found = {row.code: row for row in Indicator.objects.in_use().filter(code__in=codes).select_related("factor")}
    return [found[code] for code in codes]


def score(*, day: dt.date = make.TODAY, at: dt.datetime = make.NOW) -> None:
    """A run over every country at `day`."""
    assess.score_all(at=at, day=day)


def alert(*, iso3: str = "MMR", at: dt.datetime = make.NOW, **fields: Any) -> Alert:
    """The alert that a grave situation raises; waits for release where it is HIGH or SEVERE."""
    grave_situation(iso3=iso3, **fields)
    warn(at=at)
    return Alert.objects.filter(country__iso3=iso3).latest("pk")


def warn(*, at: dt.datetime = make.NOW) -> None:
    """From what stands to deliveries, as the stages do it; scores what was asked for, or else every country."""
    if assess.score_changed(at=at, day=make.TODAY) is None:
        score(at=at)
    comparing.compare_waiting(at=at)
    raising.raise_waiting(at=at)
    matching.match_waiting(at=at)
    recalling.recall_waiting(at=at)
