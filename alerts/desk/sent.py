"""What withdrawing and correcting share: the alert that went out, and the one that takes it back or sets it right."""

import datetime as dt

from django.conf import settings

from alerts.desk.drafts import DeskError, Words, log, refuse_others
from alerts.desk.hidden import refuse_hidden
from alerts.models import Alert, AlertDecision, AlertReason
from people.english import in_english
from people.models import User

WAS_WRONG = "What was wrong: "  # before it stands which alert
WRONG_MOST = 600  # characters on what was wrong


def sent_for(*, alert_id: int, by: User) -> Alert:
    """The alert that went out, ours until the transaction ends. Raises DeskError."""
    refuse_others(by)
    if settings.ALERTS_DRY_RUN:
        raise DeskError("found that this installation practises (ALERTS_DRY_RUN); wanted one that warns in earnest")
    alert = Alert.objects.select_for_update(of=("self",)).select_related("country").filter(pk=alert_id).first()
    if alert is None:
        raise DeskError(f"alert {alert_id}: found none")
    if alert.corrects_id is not None:
        raise DeskError(
            f"alert {alert_id}: found a {in_english(alert.get_kind_display)}; "
            f"wanted the alert itself, {alert.corrects_id}"
        )
    if alert.state != Alert.State.RELEASED or alert.is_dry_run:
        found = "released for practice" if alert.is_dry_run else alert.state
        raise DeskError(f"alert {alert_id}: found it {found}; wanted one that went out")
    return alert


def wrong_of(wrong: str, *, alert: Alert) -> str:
    """What was wrong, in one paragraph that ends as a sentence. Raises DeskError."""
    wrong = " ".join(wrong.split())
    if not 3 <= len(wrong) <= WRONG_MOST:
        raise DeskError(f"what was wrong: found {len(wrong)} characters; wanted 3 to {WRONG_MOST}")
    refuse_hidden([wrong], old=Words.of(alert).as_kept().values(), country_id=alert.country_id)
    return wrong if wrong[-1] in ".!?…" else f"{wrong}."


def named(alert: Alert) -> str:
    """Such as `alert 12 of 2024-05-01`."""
    return f"alert {alert.pk} of {alert.released_at:%Y-%m-%d}"


def latest_about(alert: Alert) -> int:
    """The number of the last correction or withdrawal of an alert, whatever became of it; 0: none but for practice."""
    return alert.corrections.filter(is_dry_run=False).order_by("-pk").values_list("pk", flat=True).first() or 0


def make(alert: Alert, kind: Alert.Kind, words: Words, *, at: dt.datetime, **decided: object) -> Alert:
    """The alert that says so, in the same thread; a correction stands on the same reasons."""
    made = Alert.objects.create(
        kind=kind, corrects=alert, signal_id=alert.signal_id, situation_id=alert.situation_id, country=alert.country,
        snapshot_id=alert.snapshot_id, level=alert.level, previous_level=alert.previous_level, factors=alert.factors,
        confidence=alert.confidence, withheld=alert.withheld, sensitivity=alert.sensitivity, raised_at=at,
        **{name: getattr(words, name) for name in words.__slots__}, **decided,
    )  # fmt: skip
    if kind == Alert.Kind.CORRECTION:
        _copy_reasons(alert, made)
    return made


def practised(draft: Alert, *, by: User, reason: str, at: dt.datetime) -> Alert:
    """A copy of the draft that is released for practice: it takes the place of nothing, and nobody is written to."""
    same = {one.attname: getattr(draft, one.attname) for one in Alert._meta.concrete_fields if not one.primary_key}
    own = released_by(by, reason, at=at) | {"is_dry_run": True, "matched_at": at, "supersedes_id": None}
    for name, value in own.items():
        same.pop(f"{name}_id", None)
        same[name] = value
    made = Alert.objects.create(**same)
    _copy_reasons(draft, made)
    log(made, AlertDecision.Action.RELEASED, by=by, reason=reason, at=at)
    return made


def _copy_reasons(of: Alert, to: Alert) -> None:
    AlertReason.objects.bulk_create(
        AlertReason(alert=to, order=row.order, text=row.text, grade=row.grade, evidence_id=row.evidence_id)
        for row in of.reasons.order_by("order")
    )


def end_drafts(alert: Alert, *, reason: str, at: dt.datetime) -> None:
    """Drafts that would correct it have nothing left to correct."""
    for draft in Alert.objects.waiting().filter(corrects=alert).select_for_update(of=("self",)):
        draft.state, draft.decided_at, draft.decision_reason = Alert.State.LAPSED, at, reason
        draft.save(update_fields=["state", "decided_at", "decision_reason"])
        log(draft, AlertDecision.Action.LAPSED, by=None, reason=reason, at=at)


def released_by(by: User, reason: str, *, at: dt.datetime) -> dict[str, object]:
    """The fields of an alert that a person releases."""
    return {
        "state": Alert.State.RELEASED, "decided_by": by, "decided_at": at, "decision_reason": reason, "released_at": at,
    }  # fmt: skip
