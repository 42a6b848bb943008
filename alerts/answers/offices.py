"""The use cases of offices: who belongs to one, in which order they are asked, and who is away.

Rows are never rewritten: whoever leaves or moves gets an end, and where they moved to a new beginning.
"""

import dataclasses
import datetime as dt
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from alerts.models import Absence, Duty, MailSettings, Office, OfficeMember
from alerts.situations import changes
from countries.models import Country
from people.english import in_english
from people.models import User
from people.permissions import Action, Role, Sensitivity, clearance_of, may

ROLES = (Role.FOCAL_POINT, Role.PUBLISHER, Role.ADMIN)  # who may be asked to answer for an office
MEMBERS_MAX = 20
AWAY_MAX = dt.timedelta(days=366)


class OfficeError(ValueError):
    """A change of an office that cannot be made; says what was found and what was wanted."""


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A person of an office, in the order in which they are asked. Who is away is passed over."""

    person: User
    is_away: bool

    def may_see(self, sensitivity: int) -> bool:
        """Whether something of this sensitivity may go to them."""
        return clearance_of(self.person) >= Sensitivity(sensitivity)


def places(office_ids: Collection[int], *, at: dt.datetime) -> dict[int, list[Place]]:
    """The people of each office, who is asked first first. One query."""
    rows = members_now(at=at).filter(office__in=office_ids).order_by("office", "order")
    found: dict[int, list[Place]] = {number: [] for number in office_ids}
    for row in rows.select_related("person"):
        found[row.office_id].append(Place(row.person, bool(vars(row)["is_away"])))
    return found


def members_now(*, at: dt.datetime) -> QuerySet[OfficeMember]:
    """Who belongs to an office now, each with `is_away`: switched off, absent on the day, or their mails paused."""
    absent = Absence.objects.filter(
        person=OuterRef("person"), cancelled_at=None, first_day__lte=at.date(), last_day__gte=at.date()
    )
    paused = MailSettings.objects.filter(person=OuterRef("person"), paused_until__gt=at)
    away = Exists(absent) | Exists(paused) | Q(person__is_active=False)
    return OfficeMember.objects.filter(until=None, office__ended_at=None).annotate(is_away=away)


def offices_of(person: User) -> QuerySet[Office]:
    """The open offices that the person belongs to, by name."""
    own = OfficeMember.objects.filter(person=person, until=None).values("office")
    return Office.objects.filter(pk__in=own, ended_at=None).order_by("name", "pk")


# --- the office ------------------------------------------------------------------------------------------------
@transaction.atomic
def open_office(
    *,
    name: str,
    kind: str,
    country: Country | None,
    languages: Sequence[str] = (),
    is_demonstration: bool = False,
    by: User,
    at: dt.datetime,
) -> Office:
    """A new office, of nobody yet. Raises OfficeError."""
    _refuse_others(by)
    name = _free_name(name)
    if kind not in Office.Kind.values:
        raise OfficeError(f"kind: found {kind!r}; wanted one of {', '.join(Office.Kind.values)}")
    if kind == Office.Kind.STATE and country is None and not is_demonstration:
        raise OfficeError("country: found none; wanted the State whose office it is")
    made = Office.objects.create(
        name=name, kind=kind, country=country, languages=list(languages), is_demonstration=is_demonstration,
        created_at=at,
    )  # fmt: skip
    changes.log(made, "made", by=by, at=at)
    return made


@transaction.atomic
def describe(*, office_id: int, name: str, languages: Sequence[str], by: User, at: dt.datetime) -> Office:
    """Renames it and says in which languages it works. Raises OfficeError."""
    office = _open(office_id, by)
    before = {"name": office.name, "languages": ", ".join(office.languages)}
    office.name, office.languages = _free_name(name, but=office), list(languages)
    office.save(update_fields=["name", "languages"])
    now = {"name": office.name, "languages": ", ".join(office.languages)}
    if changed := {field: old for field, old in before.items() if now[field] != old}:
        changes.log(office, f"{', '.join(changed)} changed", by=by, at=at, before=changed)
    return office


@transaction.atomic
def end_office(*, office_id: int, by: User, at: dt.datetime) -> Office:
    """Nobody is asked there any more; its record stays. Raises OfficeError while an answer is owed."""
    office = _open(office_id, by)
    owed = Duty.objects.filter(office=office, closed_at=None).count()
    if owed:
        raise OfficeError(f"office {office.pk}: found {owed} answers owed; wanted none: answer or pass them on first")
    OfficeMember.objects.filter(office=office, until=None).update(until=at)
    office.ended_at = at
    office.save(update_fields=["ended_at"])
    changes.log(office, "ended", by=by, at=at)
    return office


# --- its people ------------------------------------------------------------------------------------------------
@transaction.atomic
def put_person(*, office_id: int, person: User, by: User, at: dt.datetime) -> OfficeMember:
    """At the end of the order. Raises OfficeError."""
    office = _open(office_id, by)
    members = OfficeMember.objects.filter(office=office, until=None)
    if not person.is_active or person.role not in ROLES:
        wanted = ", ".join(in_english(role.label) for role in ROLES)
        raise OfficeError(
            f"person {person.pk}: found role {person.role}; wanted an active person with one of: {wanted}"
        )
    if members.filter(person=person).exists():
        raise OfficeError(f"office {office.pk}: found person {person.pk} in it already; wanted somebody else")
    if members.count() >= MEMBERS_MAX:
        raise OfficeError(f"office {office.pk}: found {MEMBERS_MAX} people in it; wanted at most as many")
    last = members.aggregate(last=Max("order"))["last"] or 0
    changes.log(office, "put in, asked last", person=person, by=by, at=at)
    return OfficeMember.objects.create(office=office, person=person, order=last + 1, since=at)


@transaction.atomic
def take_person(*, office_id: int, person_id: int, by: User, at: dt.datetime) -> OfficeMember:
    """Out of the office; the others keep their order. Raises OfficeError."""
    member = _member(_open(office_id, by), person_id)
    member.until = at
    member.save(update_fields=["until"])
    changes.log(member.office, "taken out", person=member.person, by=by, at=at)
    return member


@transaction.atomic
def move_person(*, office_id: int, person_id: int, is_up: bool, by: User, at: dt.datetime) -> OfficeMember:
    """Changes places with the next before or after. At the edge nothing happens. Raises OfficeError."""
    office = _open(office_id, by)
    member = _member(office, person_id)
    others = OfficeMember.objects.filter(office=office, until=None)
    others = others.filter(order__lt=member.order) if is_up else others.filter(order__gt=member.order)
    other = others.order_by("-order" if is_up else "order").first()
    if other is None:
        return member
    changes.log(office, f"asked {'earlier' if is_up else 'later'}", person=member.person, by=by, at=at)
    OfficeMember.objects.filter(pk__in=[member.pk, other.pk]).update(until=at)
    OfficeMember.objects.create(office=office, person_id=other.person_id, order=member.order, since=at)
    return OfficeMember.objects.create(office=office, person_id=member.person_id, order=other.order, since=at)


# --- being away ------------------------------------------------------------------------------------------------
@transaction.atomic
def say_absence(*, person: User, first_day: dt.date, last_day: dt.date, by: User, at: dt.datetime) -> Absence:
    """Both days and those between; said twice it is one. Raises OfficeError."""
    _refuse_strangers(person, by)
    if last_day < first_day:
        raise OfficeError(
            f"last day: found {last_day}, which is before {first_day}; wanted the same day or a later one"
        )
    if last_day < at.date():
        raise OfficeError(f"last day: found {last_day}, which is over; wanted today or a later day")
    if last_day - first_day > AWAY_MAX:
        raise OfficeError(f"last day: found more than {AWAY_MAX.days} days; wanted fewer: take the person out instead")
    User.objects.select_for_update(no_key=True).get(pk=person.pk)  # or a double click makes two
    standing = Absence.objects.filter(person=person, first_day=first_day, last_day=last_day, cancelled_at=None)
    if (said := standing.first()) is not None:
        return said
    _log_absence(person, f"absence of {first_day} to {last_day} said", by=by, at=at)
    return Absence.objects.create(person=person, first_day=first_day, last_day=last_day, said_by=by, said_at=at)


@transaction.atomic
def cancel_absence(*, absence_id: int, by: User, at: dt.datetime) -> Absence:
    """It counts no more; the row stays. Raises OfficeError."""
    found = Absence.objects.select_for_update(of=("self",)).select_related("person").filter(pk=absence_id).first()
    if found is None:
        raise OfficeError(f"absence {absence_id}: found none; wanted one that stands")
    _refuse_strangers(found.person, by)
    if found.cancelled_at is None:
        found.cancelled_at = at
        found.save(update_fields=["cancelled_at"])
        words = f"absence of {found.first_day} to {found.last_day} cancelled"
        _log_absence(found.person, words, by=by, at=at)
    return found


def _log_absence(person: User, words: str, *, by: User, at: dt.datetime) -> None:
    """In the record of each of their offices."""
    for office in offices_of(person):
        changes.log(office, words, person=person, by=by, at=at)


def absences(people: Collection[int], *, day: dt.date) -> QuerySet[Absence]:
    """Those that stand and are not over, the next first."""
    rows = Absence.objects.filter(person__in=people, cancelled_at=None, last_day__gte=day)
    return rows.order_by("first_day", "pk")


def history(office: Office) -> QuerySet[OfficeMember]:
    """Who belonged to it and no longer does so in that place, latest first."""
    rows = OfficeMember.objects.filter(office=office, until__isnull=False, until__gt=F("since"))
    return rows.select_related("person").order_by("-until", "order")


def _refuse_others(by: User) -> None:
    if not may(by, Action.MANAGE_OFFICES):
        raise OfficeError(f"role {by.role}: may not {Action.MANAGE_OFFICES.value}")


def _refuse_strangers(person: User, by: User) -> None:
    """A person says their own absence; staff that of whoever belongs to an office."""
    if by.pk != person.pk:
        _refuse_others(by)
    if not OfficeMember.objects.filter(person=person, until=None).exists():
        raise OfficeError(f"person {person.pk}: found them in no office; wanted somebody who is asked to answer")


def _open(office_id: int, by: User) -> Office:
    """Locked, so that two changes of one office follow each other."""
    _refuse_others(by)
    office = Office.objects.select_for_update(of=("self",)).filter(pk=office_id).first()
    if office is None or office.ended_at is not None:
        raise OfficeError(f"office {office_id}: found none that is open; wanted one that has not ended")
    return office


def _member(office: Office, person_id: int) -> OfficeMember:
    found = OfficeMember.objects.filter(office=office, person=person_id, until=None).first()
    if found is None:
        raise OfficeError(f"office {office.pk}: found no person {person_id} in it; wanted one of its people")
    return found


def _free_name(name: str, *, but: Office | None = None) -> str:
    name = " ".join(name.split())
    if not 3 <= len(name) <= 200:
        raise OfficeError(f"name: found {len(name)} characters; wanted 3 to 200")
    others = Office.objects.filter(name=name, ended_at=None)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise OfficeError("name: found an open office with this name; wanted another name")
    return name
