"""The use cases of responses: what somebody decided on a warning, or declined, and what became of it.

Nothing is rewritten: a later word is a step, a correction takes a row's place, a withdrawal keeps it. The same words
entered twice by the same person are one response, whichever door they came through.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from alerts.answers.offices import offices_of
from alerts.models import (
    Alert,
    Delivery,
    Measure,
    Office,
    PublishedWarning,
    Response,
    ResponseStep,
    Situation,
)
from people.models import User
from people.permissions import Action, may


class RespondingError(ValueError):
    """A response that cannot be recorded or changed; says what was found and what was wanted, never its words."""


@dataclass(frozen=True, slots=True)
class ResponseDraft:
    """What is said of a decision. With several measures it becomes as many responses; declined may name none."""

    measures: tuple[Measure, ...]
    actor: str
    text: str
    decided_on: dt.date
    began_on: dt.date | None
    status: str
    sensitivity: int
    source_title: str = ""
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class StepDraft:
    """A later word: a new status, or what became of it, or both."""

    status: str
    is_outcome: bool
    on: dt.date
    text: str
    source_title: str = ""
    source_url: str = ""


@transaction.atomic
def record(
    *,
    draft: ResponseDraft,
    alert: Alert | None = None,
    warning: PublishedWarning | None = None,
    situation: Situation | None = None,
    office: Office | None = None,
    delivery: Delivery | None = None,
    by: User | None,
    at: dt.datetime,
) -> list[Response]:
    """One response a measure, about an alert, a published warning or a situation as a whole.

    To a correction or a withdrawal it is one to the alert that this is about: there the ledger has its line.
    `office` answers through `by`; `delivery` is the mail whose link was used. `by` None: it came cited with the
    installation. Raises RespondingError.
    """
    about = _about(alert, warning, situation)
    if by is not None:
        _refuse_strangers(by, office)
    if delivery is not None and (by is None or (delivery.person_id, delivery.alert_id) != (by.pk, _number(alert))):
        raise RespondingError(f"delivery {delivery.pk}: found another person's or another alert's; wanted this one's")
    _check(draft, at=at)
    Situation.objects.select_for_update().get(pk=about["situation"].pk)  # two at once record one
    measures = draft.measures or (None,)
    return [_recorded(draft, measure, **about, office=office, entered_by=by, at=at) for measure in measures]


@transaction.atomic
def add_step(*, response_id: int, draft: StepDraft, by: User | None, at: dt.datetime) -> ResponseStep:
    """A later status, or what became of it; the same once more is the one that stands. Raises RespondingError."""
    found = _changeable(response_id, by)
    if draft.on < found.decided_on or draft.on > at.date():
        raise RespondingError(f"day: found {draft.on}; wanted one from {found.decided_on} to {at.date()}")
    if not draft.status and not (draft.is_outcome and draft.text):
        raise RespondingError("step: found neither a status nor an outcome in words; wanted one of them")
    said: dict[str, Any] = {"response": found, "entered_by": by, **asdict(draft)}
    return ResponseStep.objects.filter(**said).first() or ResponseStep.objects.create(**said, entered_at=at)


@transaction.atomic
def correct(
    *,
    response_id: int,
    draft: ResponseDraft,
    by: User | None,
    at: dt.datetime,
    cited: Sequence[StepDraft] | None = None,
) -> Response:
    """Puts a corrected row in a response's place; its steps go along. Raises RespondingError.

    `by` None: its file says so; `cited` takes the place of the steps that came with the file, where it is given.
    """
    found = _changeable(response_id, by)
    if len(draft.measures) > 1:
        raise RespondingError(f"measures: found {len(draft.measures)}; wanted one: a correction is of one response")
    _check(draft, at=at)
    measure = draft.measures[0] if draft.measures else None
    made = Response.objects.create(
        **_said(draft, measure), situation=found.situation, alert=found.alert, warning=found.warning,
        office=found.office, entered_by=by, entered_at=at, replaces=found, original=found.original or found,
    )  # fmt: skip
    steps = [step for step in found.steps.order_by("pk") if cited is None or step.entered_by_id is not None]
    for step in steps:
        step.pk, step.response = None, made
    ResponseStep.objects.bulk_create(steps)
    for said in cited or ():
        add_step(response_id=made.pk, draft=said, by=None, at=at)
    return made


@transaction.atomic
def withdraw(*, response_id: int, reason: str, by: User, at: dt.datetime, is_harmful: bool = False) -> Response:
    """Takes one back, with the reason: the row stays, and no list of today shows it. Raises RespondingError.

    A page turned back to when it stood says that it did, without its words; not where it may harm somebody.
    """
    found = _changeable(response_id, by)
    found.withdrawn_at, found.withdrawn_by, found.withdrawal_reason, found.is_harmful = at, by, reason, is_harmful
    found.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason", "is_harmful"])
    return found


def may_change(response: Response, person: User) -> bool:
    """Whoever entered it, whoever is of its office, and who keeps the ledger; of what they may see."""
    if may(person, Action.KEEP_LEDGER) or response.entered_by_id == person.pk:
        return True
    return response.office_id is not None and response.office_id in {office.pk for office in offices_of(person)}


def may_record(person: User) -> bool:
    """Who answers for an office, and whom their role lets."""
    return may(person, Action.RECORD_RESPONSE) or offices_of(person).exists()


def warned_by(alert: Alert) -> Alert:
    """What a response to it answers to: of a correction or a withdrawal, the alert that it is about."""
    return alert if alert.corrects is None else warned_by(alert.corrects)


def _about(alert: Alert | None, warning: PublishedWarning | None, situation: Situation | None) -> dict[str, Any]:
    if (alert is not None) + (warning is not None) + (situation is not None) != 1:
        raise RespondingError("about: found none or several; wanted an alert, a published warning or a situation")
    if alert is not None:
        if alert.state != Alert.State.RELEASED:
            raise RespondingError(f"alert {alert.pk}: found it {alert.state}; wanted one that was released")
        if alert.is_dry_run:
            raise RespondingError(f"alert {alert.pk}: found it released for practice; wanted one that went out")
        alert = warned_by(alert)
        return {"alert": alert, "warning": None, "situation": alert.situation}
    if warning is not None:
        if warning.is_taken_back():
            raise RespondingError(f"published warning {warning.pk}: found it taken back; wanted one that stands")
        return {"alert": None, "warning": warning.original or warning, "situation": warning.situation}
    return {"alert": None, "warning": None, "situation": situation}


def _refuse_strangers(by: User, office: Office | None) -> None:
    mine = {one.pk for one in offices_of(by)}
    if not mine and not may(by, Action.RECORD_RESPONSE):
        raise RespondingError(f"role {by.role}: may not {Action.RECORD_RESPONSE.value}")
    if office is not None and office.pk not in mine and not may(by, Action.KEEP_LEDGER):
        raise RespondingError(f"office {office.pk}: found you not in it; wanted one that you answer for")


def _check(draft: ResponseDraft, *, at: dt.datetime) -> None:
    if draft.status not in Response.Status.values:
        raise RespondingError(f"status: found {draft.status!r}; wanted one of {', '.join(Response.Status.values)}")
    if draft.status != Response.Status.DECLINED and not draft.measures:
        raise RespondingError("measures: found none; wanted at least one, or that it was declined")
    if draft.decided_on > at.date():
        raise RespondingError(f"day: found {draft.decided_on}, which is to come; wanted one up to {at.date()}")
    if draft.began_on is not None and not draft.decided_on <= draft.began_on <= at.date():
        raise RespondingError(
            f"day it began: found {draft.began_on}; wanted one from {draft.decided_on} to {at.date()}"
        )


def _recorded(draft: ResponseDraft, measure: Measure | None, *, at: dt.datetime, **about: Any) -> Response:
    said = {**_said(draft, measure), **about}
    same = Response.objects.filter(**said, withdrawn_at=None, replaced_by=None)
    return same.first() or Response.objects.create(**said, entered_at=at)


def _said(draft: ResponseDraft, measure: Measure | None) -> dict[str, Any]:
    names = ("actor", "text", "decided_on", "began_on", "status", "sensitivity", "source_title", "source_url")
    return {"measure": measure, **{name: getattr(draft, name) for name in names}}


def _changeable(response_id: int, by: User | None) -> Response:
    """Held until the transaction ends. What a person may not see is not there."""
    rows = Response.objects.select_for_update(of=("self",)).select_related("situation", "alert", "warning", "office")
    found = rows.get(pk=response_id) if by is None else Response.objects.visible_to(by).filter(pk=response_id).first()
    if found is None:
        raise RespondingError(f"response {response_id}: found none that stands and that you may see; wanted one")
    if by is not None:
        found = rows.get(pk=response_id)
        if not may_change(found, by):
            raise RespondingError(f"response {response_id}: found another office's; wanted your own")
    if found.withdrawn_at is not None or Response.objects.filter(replaces=found).exists():
        raise RespondingError(f"response {response_id}: found it replaced or withdrawn; wanted one that stands")
    return found


def _number(alert: Alert | None) -> int | None:
    return alert.pk if alert is not None else None
