"""The stage that judges signals: each gets a verdict, some an alert in plain words."""

import dataclasses
import datetime as dt

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from alerts import rules, wording
from alerts.models import Alert, AlertReason, Signal, Verdict
from indicators.models import Evidence, Standing, SuggestionDecision
from indicators.models.score import Level
from indicators.profile import country_profile


def raise_waiting(*, at: dt.datetime) -> int:
    """Judges every signal that has no verdict, one transaction each; how many. Safe to run twice."""
    count = 0
    for signal_id in Signal.objects.unjudged().values_list("pk", flat=True):
        count += _judge(signal_id, at=at)
    return count


@transaction.atomic
def _judge(signal_id: int, *, at: dt.datetime) -> int:
    signals = Signal.objects.unjudged().select_for_update(skip_locked=True, of=("self",))
    signal = signals.select_related("country", "after__run").filter(pk=signal_id).first()
    if signal is None or Verdict.objects.filter(signal=signal).exists():  # judged while this one waited for the lock
        return 0
    judgement = rules.judge(_found(signal, at=at))
    Verdict.objects.create(signal=signal, rule=rules.RULE, reason=judgement.reason, judged_at=at)
    if judgement.raises:
        _raise(signal, at=at)
    return 1


def _found(signal: Signal, *, at: dt.datetime) -> rules.Found:
    standing = Standing.objects.select_related("snapshot").get(country=signal.country_id)
    return rules.Found(
        kind=signal.kind,
        to_level=signal.to_level,
        level_now=standing.snapshot.shown_level,
        is_historic=signal.is_historic,
        warned_level=warned_level(signal.country_id, at=at),
    )


def warned_level(country_id: int, *, at: dt.datetime) -> int:
    """The highest level of a country's alerts that were released within the cool-down or wait for release; 0: none."""
    since = at - dt.timedelta(days=rules.COOL_DOWN_DAYS)
    alerts = Alert.objects.filter(country=country_id)
    standing = alerts.filter(state=Alert.State.DRAFT) | alerts.filter(released_at__gt=since)
    return max(standing.values_list("level", flat=True), default=0)


def _raise(signal: Signal, *, at: dt.datetime) -> None:
    """A draft, or an alert that the rule releases itself where the level lets it."""
    profile = country_profile(
        signal.country,
        day=signal.after.as_of,
        known_on=signal.after.known_on,
        is_current=True,
        user=AnonymousUser(),  # an alert goes to many: it says what is public, and how much is not
    )
    words = wording.words_of(
        profile,
        previous=Level(signal.from_level),
        level=Level(signal.to_level),
        phrases=_phrases([reason.evidence for reason in profile.reasons_up if reason.evidence]),
    )
    alert = Alert.objects.create(
        signal=signal,
        country=signal.country,
        snapshot=signal.after,
        level=signal.to_level,
        previous_level=signal.from_level,
        raised_at=at,
        valid_until=rules.valid_until(level=signal.to_level, day=at.date()),
        withheld=profile.withheld,
        **dataclasses.asdict(words.alert),
        **_release_by_rule(signal, at=at),
    )
    AlertReason.objects.bulk_create(
        AlertReason(alert=alert, order=order, text=reason.text, grade=reason.grade, evidence=reason.evidence)
        for order, reason in enumerate(words.reasons, start=1)
    )


def _phrases(evidence: list[Evidence]) -> dict[int, int]:
    """Where in its passage the words stand that a machine pointed at, by the number of the evidence."""
    found = SuggestionDecision.objects.filter(evidence__in=evidence).order_by("pk")
    return {
        row.evidence_id: row.suggestion.phrase_start for row in found.select_related("suggestion") if row.evidence_id
    }


def _release_by_rule(signal: Signal, *, at: dt.datetime) -> dict[str, object]:
    if signal.to_level >= settings.RELEASE_FROM_LEVEL:
        return {}
    reason = f"released by rule {rules.RULE}: {Level(settings.RELEASE_FROM_LEVEL).label} and above wait for a publisher"
    return {"state": Alert.State.RELEASED, "decided_at": at, "released_at": at, "decision_reason": reason}
