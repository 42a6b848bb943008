"""The use cases of situations: in which thread a country's alerts stand, and who says so.

A country has one home at a time. Every change is made under the country's lock, so that two at once find one home.
"""

import datetime as dt
from collections.abc import Collection

from django.db import connection, transaction
from django.utils.text import slugify

from alerts.models import Alert, AlertDecision, Situation, SituationPlace
from alerts.situations import changes
from countries.models import Country
from people.models import User
from people.permissions import Action, may

_LOCK = 901_2061  # an arbitrary number: PostgreSQL's advisory lock of the situations of a country


class SituationError(ValueError):
    """A change of a situation that cannot be made; says what was found and what was wanted."""


def home_situation(*, country: Country, at: dt.datetime) -> Situation:
    """The open situation in which the country's alerts are threaded; opened, under its name, where there is none.

    Two at once find one. To be called in a transaction.
    """
    _take_turns(country.pk)
    found = Situation.objects.home_of(country).first()
    if found is not None:
        return found
    slug = _free_slug(slugify(country.name_en) or country.iso3.lower())
    made = Situation.objects.create(slug=slug, name=country.name_en, opened_at=at)
    SituationPlace.objects.create(situation=made, country=country, is_home=True, since=at)
    return made


def known_home(country_id: int) -> Situation | None:
    """The same, where there is one already."""
    place = SituationPlace.objects.filter(country=country_id, is_home=True, until=None, situation__closed_at=None)
    found = place.select_related("situation").first()
    return found.situation if found is not None else None


@transaction.atomic
def open_situation(
    *, name: str, countries: Collection[Country], about: str = "", part: str = "", by: User, at: dt.datetime
) -> Situation:
    """A situation over one or several countries. Their alerts stay where they are until somebody moves their home.

    Raises SituationError.
    """
    _refuse_others(by)
    if not countries:
        raise SituationError("countries: found none; wanted at least one")
    with connection.cursor() as cursor:  # two of one name find two addresses
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_LOCK])
    name = _name(name)
    made = Situation.objects.create(
        slug=_free_slug(slugify(name) or "situation"), name=name, about=about, part=part, opened_at=at, opened_by=by
    )
    SituationPlace.objects.bulk_create(
        SituationPlace(situation=made, country=country, since=at) for country in countries
    )
    changes.log(made, "opened", by=by, at=at)
    return made


@transaction.atomic
def describe(
    *, situation_id: int, name: str, about: str, part: str, was: tuple[str, str, str], by: User, at: dt.datetime
) -> Situation:
    """Names it, its part and what it is about; `was` is what the person saw. The address stays.

    Raises SituationError, also where somebody else changed it in between.
    """
    found = _open(situation_id, by)
    if (found.name, found.about, found.part) != was:
        raise SituationError(
            f"situation {found.slug}: found it changed since you opened this page; wanted what you saw. "
            "Look at it again, then change it"
        )
    now = {"name": _name(name), "about": about, "part": part}
    before = {field: old for field, old in zip(now, was, strict=True) if now[field] != old}
    if before:
        changes.log(found, f"{', '.join(before)} changed", by=by, at=at, before=before)
    found.name, found.about, found.part = now.values()
    found.save(update_fields=["name", "about", "part"])
    return found


@transaction.atomic
def put_country(*, situation_id: int, country: Country, is_home: bool, by: User, at: dt.datetime) -> SituationPlace:
    """Makes the situation about the country too; as its home, alerts from now on are threaded here.

    Those that were raised before stay where they are: `move_alert` moves one. Raises SituationError.
    """
    found = _open(situation_id, by)
    _take_turns(country.pk)
    place = SituationPlace.objects.filter(situation=found, country=country, until=None).first()
    if place is not None and place.is_home == is_home:
        raise SituationError(
            f"situation {found.slug}: found {country.iso3} there already; wanted another country, or another home"
        )
    if is_home:
        _leave_home(country, at=at)
    _end_place(place, at=at)
    changes.log(found, f"{country.name_en}: {_placed(place, is_home=is_home)}", by=by, at=at)
    return SituationPlace.objects.create(situation=found, country=country, is_home=is_home, since=at)


@transaction.atomic
def take_country(*, situation_id: int, country: Country, by: User, at: dt.datetime) -> None:
    """The situation is no longer about the country. Raises SituationError where nothing would be left of it."""
    found = _open(situation_id, by)
    _take_turns(country.pk)
    places = SituationPlace.objects.filter(situation=found, until=None)
    place = places.filter(country=country).first()
    if place is None:
        raise SituationError(f"situation {found.slug}: found no {country.iso3} in it; wanted one of its countries")
    if places.count() == 1:
        raise SituationError(f"situation {found.slug}: found {country.iso3} alone in it; wanted one more, or close it")
    _end_place(place, at=at)
    changes.log(found, f"{country.name_en}: taken out", by=by, at=at)


@transaction.atomic
def close(*, situation_id: int, reason: str, by: User, at: dt.datetime) -> Situation:
    """Ends the thread: the next alert about one of its countries opens another. Raises SituationError.

    Drafts that wait in it are decided or moved first: nobody would look for them in a closed one.
    """
    found, reason = _open(situation_id, by), _reason(reason)
    for country_id in _countries_of(found):
        _take_turns(country_id)
    waiting = Alert.objects.waiting().filter(situation=found).count()
    if waiting:
        raise SituationError(
            f"situation {found.slug}: found {waiting} alert{'s' if waiting > 1 else ''} waiting for release in it; "
            "wanted none: decide them, or move them"
        )
    SituationPlace.objects.filter(situation=found, until=None).update(until=at)
    found.closed_at, found.closed_by, found.closing_reason = at, by, reason
    found.save(update_fields=["closed_at", "closed_by", "closing_reason"])
    changes.log(found, "closed", by=by, at=at, reason=reason)
    return found


@transaction.atomic
def reopen(*, situation_id: int, reason: str, by: User, at: dt.datetime) -> Situation:
    """Takes a closed thread up again, about the countries that it was about when it was closed. Raises SituationError.

    It is the home of those again that have none since.
    """
    _refuse_others(by)
    found, reason = Situation.objects.select_for_update().get(pk=situation_id), _reason(reason)
    if found.closed_at is None:
        raise SituationError(f"situation {found.slug}: found it open; wanted a closed one")
    last = SituationPlace.objects.filter(situation=found, until=found.closed_at).order_by("country")
    for place in last.select_related("country"):
        _take_turns(place.country_id)
        is_home = place.is_home and known_home(place.country_id) is None
        SituationPlace.objects.create(situation=found, country=place.country, is_home=is_home, since=at)
    before = {"closed": f"{found.closed_at:%Y-%m-%d}", "because": found.closing_reason}
    changes.log(found, "opened again", by=by, at=at, reason=reason, before=before)
    found.closed_at, found.closed_by, found.closing_reason = None, None, ""
    found.save(update_fields=["closed_at", "closed_by", "closing_reason"])
    return found


@transaction.atomic
def move_alert(*, alert_id: int, to_id: int, reason: str, by: User, at: dt.datetime) -> Alert:
    """Puts one alert into another thread, with the reason. Raises SituationError."""
    found, reason = _open(to_id, by), _reason(reason)
    alert = Alert.objects.visible_to(by).select_for_update(of=("self",)).select_related("situation").get(pk=alert_id)
    if alert.situation_id == found.pk:
        raise SituationError(f"alert {alert.pk}: found it in {found.slug} already; wanted another situation")
    if alert.country_id not in _countries_of(found):
        raise SituationError(
            f"alert {alert.pk}: found its country not in {found.slug}; wanted a situation about its country: "
            "add the country first"
        )
    AlertDecision.objects.create(
        alert=alert, action=AlertDecision.Action.MOVED, by=by, at=at, reason=reason,
        before={"situation": alert.situation.slug},
    )  # fmt: skip
    alert.situation = found
    alert.save(update_fields=["situation"])
    return alert


def _take_turns(country_id: int) -> None:
    """One change of a country's home at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, country_id])


def _refuse_others(by: User) -> None:
    if not may(by, Action.RELEASE_ALERT):
        raise SituationError(f"role {by.role}: may not {Action.RELEASE_ALERT.value}, nor change its situation")


def _open(situation_id: int, by: User) -> Situation:
    _refuse_others(by)
    found = Situation.objects.select_for_update().get(pk=situation_id)
    if found.closed_at is not None:
        raise SituationError(
            f"situation {found.slug}: found it closed on {found.closed_at:%Y-%m-%d}; wanted an open one"
        )
    return found


def _countries_of(situation: Situation) -> list[int]:
    places = SituationPlace.objects.filter(situation=situation, until=None).order_by("country")
    return list(places.values_list("country", flat=True))


def _placed(place: SituationPlace | None, *, is_home: bool) -> str:
    if is_home:
        return "its alerts are threaded here" if place else "added, and its alerts are threaded here"
    return "its alerts are threaded here no more" if place else "added"


def _leave_home(country: Country, *, at: dt.datetime) -> None:
    """The former home stays about the country, and is its home no longer."""
    home = SituationPlace.objects.filter(country=country, is_home=True, until=None).first()
    if home is not None:
        _end_place(home, at=at)
        SituationPlace.objects.create(situation_id=home.situation_id, country=country, since=at)


def _end_place(place: SituationPlace | None, *, at: dt.datetime) -> None:
    if place is not None:
        place.until = max(at, place.since)  # a clock that was set back
        place.save(update_fields=["until"])


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 3 <= len(name) <= 120:
        raise SituationError(f"name: found {len(name)} characters; wanted 3 to 120")
    return name


def _reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if not 3 <= len(reason) <= 500:
        raise SituationError(f"reason: found {len(reason)} characters; wanted 3 to 500")
    return reason


def _free_slug(wanted: str) -> str:
    """The name as an address; numbered where a closed situation, or another one, has it already."""
    plain = wanted[:70]
    taken = {"new", *Situation.objects.filter(slug__startswith=plain).values_list("slug", flat=True)}
    names = [plain, *(f"{plain}-{number}" for number in range(2, len(taken) + 2))]
    return next(name for name in names if name not in taken)
