"""The use cases of how a person is written to: language, clock, quiet hours, and a pause."""

import datetime as dt
import zoneinfo

from django.db import transaction

from alerts.models import MailSettings
from alerts.subscriptions import holding
from people.models import User

PAUSE_DAYS = (7, 30, 90)  # offered; 30 is what the link of a mail offers first


class SettingsError(ValueError):
    """Settings that cannot be; says what was found and what was wanted, for the person who asked for them."""


@transaction.atomic
def set_hours(
    *, person: User, language: str, time_zone: str, quiet: tuple[dt.time, dt.time] | None, at: dt.datetime
) -> MailSettings:
    """How the person is written to from now on. Raises SettingsError."""
    if language not in MailSettings.Language.values:
        raise SettingsError(f"found an unknown language; wanted one of {', '.join(MailSettings.Language.values)}")
    if time_zone not in zoneinfo.available_timezones():
        raise SettingsError("found an unknown time zone; wanted one such as Africa/Khartoum")
    if quiet is not None and quiet[0] == quiet[1]:
        raise SettingsError("found quiet hours that end when they begin; wanted two times, or none")
    settings = _locked(person, at)
    settings.language, settings.time_zone = language, time_zone
    settings.quiet_from, settings.quiet_until = quiet or (None, None)
    return _kept(settings, at)


@transaction.atomic
def pause(*, person: User, days: int, at: dt.datetime) -> MailSettings:
    """No mail for so many days; what is still in time then goes. Raises SettingsError."""
    if days not in PAUSE_DAYS:
        raise SettingsError(f"found {days} days; wanted one of {', '.join(map(str, PAUSE_DAYS))}")
    settings = _locked(person, at)
    settings.paused_until = at + dt.timedelta(days=days)
    return _kept(settings, at)


@transaction.atomic
def resume(*, person: User, at: dt.datetime) -> MailSettings:
    """The pause ends now. Safe to run twice."""
    settings = _locked(person, at)
    if settings.paused_until is not None and settings.paused_until > at:
        settings.paused_until = at
    return _kept(settings, at)


def _locked(person: User, at: dt.datetime) -> MailSettings:
    MailSettings.objects.get_or_create(person=person, defaults={"changed_at": at})
    return MailSettings.objects.select_for_update().get(person=person)


def _kept(settings: MailSettings, at: dt.datetime) -> MailSettings:
    settings.changed_at = at
    settings.save()
    holding.let_go(person_id=settings.person_id, at=at)
    return settings
