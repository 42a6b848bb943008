"""Forms for how a person is written to: language, clock, quiet hours, pause."""

import datetime as dt
import zoneinfo
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.models import MailSettings
from alerts.subscriptions.pausing import PAUSE_DAYS
from indicators.fields import Clock, Pick


class HoursForm(forms.Form):
    """In which language, by which clock, and when not."""

    language = Pick(MailSettings.Language.choices, label=_("Language of the mails"))
    time_zone = Pick(label=_("Your time zone"))
    quiet_from = Clock(required=False, label=_("No mail from"))
    quiet_until = Clock(required=False, label=_("until"))

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["language"].help_text = gettext(
            "What analysts wrote stays in English; everything around it changes."
        )
        zones = self.fields["time_zone"]
        assert isinstance(zones, Pick)
        zones.choices = [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones())]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        begin, end = data.get("quiet_from"), data.get("quiet_until")
        if not self.errors and (begin is None) != (end is None):
            self.add_error("quiet_until", gettext("Found one time; wanted both, or none for mails at any hour."))
        return data

    def wanted(self) -> dict[str, Any]:
        """What `alerts.subscriptions.pausing.set_hours` asks for."""
        said = self.cleaned_data
        times: tuple[dt.time | None, dt.time | None] = said["quiet_from"], said["quiet_until"]
        return {
            "language": said["language"], "time_zone": said["time_zone"],
            "quiet": None if None in times else times,
        }  # fmt: skip


class PauseForm(forms.Form):
    """For how long nothing is to come."""

    days = Pick(
        [(str(days), format_lazy(_("{days} days"), days=days)) for days in PAUSE_DAYS],
        widget=forms.RadioSelect,
        initial="30",
        label=_("No mail for"),
    )


def hours_shown(settings: MailSettings) -> dict[str, Any]:
    """Settings as the form shows them."""
    return {
        "language": settings.language,
        "time_zone": settings.time_zone,
        "quiet_from": settings.quiet_from,
        "quiet_until": settings.quiet_until,
    }
