"""Where the reader is: the pages about alerts, as their common navigation offers them, and the way to another day."""

import dataclasses
import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from countries.charts import Said
from people.permissions import Action, may
from r2p_dashboard import clock

EVERYBODY, SIGNED_IN = "everybody", "signed in"


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """A page and for whom it is; everything whose address begins as the page's does belongs to it."""

    label: Said
    name: str
    seen_by: Action | str = EVERYBODY
    also: tuple[str, ...] = ()  # other beginnings of addresses that belong to it


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """An entry as a page shows it; `current` is the value of aria-current, empty elsewhere."""

    label: str
    href: str
    current: str = ""


ALERT_SIDE = (  # what has no page in this version is left out
    Entry(_("Alerts"), "alerts"),
    Entry(_("Release desk"), "release_desk", Action.RELEASE_ALERT, ("/alerts/practice/",)),
    Entry(_("Signals"), "signals"),
    Entry(_("Situations"), "situations"),
    Entry(_("Ledger"), "ledger", also=("/responses/", "/warnings/")),
    Entry(_("Levers"), "levers"),
    Entry(_("Measures"), "measures"),
    Entry(_("Answers owed"), "duties", SIGNED_IN),
    Entry(_("Offices"), "offices", SIGNED_IN),
    Entry(_("Subscriptions"), "subscriptions", SIGNED_IN),
    Entry(_("Feeds"), "follow", also=("/webhooks/",)),
    Entry(_("Outbox"), "outbox", Action.WATCH_OUTBOX),
    Entry(_("Numbers"), "alert_numbers"),
    Entry(_("Scorecard"), "scorecard"),
)
SAME_EVERY_DAY = frozenset({"method", "status", "review"})  # they pass the day on to their links, and no more
NOT_KEPT = frozenset({"as_of", "known_at", "page"})  # a page of a list is another one on another day
_MAIN = {"duties": "duties", "offices": "duties", "outbox": "outbox", "subscriptions": "subscriptions"}


def alert_side(request: HttpRequest) -> list[Link]:
    """The links that the reader may follow, on a page about alerts; none elsewhere, nor on one by signed link."""
    found = request.resolver_match
    if found is None or "token" in found.kwargs:
        return []
    user: Any = getattr(request, "user", None)
    addressed = [(entry, address) for entry in ALERT_SIDE if _is_seen(entry, user) and (address := _address(entry))]
    here = max((len(one) for entry, address in addressed for one in _of(entry, address, request.path)), default=0)
    if not here:
        return []
    return [
        Link(str(entry.label), address, _current(entry, address, request.path, here)) for entry, address in addressed
    ]


@dataclasses.dataclass(frozen=True, slots=True)
class DayPicker:
    """What the form needs that turns a page to another day: where it leads, and all else that the address says."""

    action: str
    kept: list[tuple[str, str]]
    earliest: dt.date
    latest: dt.date

    @property
    def back(self) -> str:
        """The address of the page today."""
        return f"{self.action}?{urlencode(self.kept)}" if self.kept else self.action


def day_picker(request: HttpRequest) -> DayPicker | None:
    """None where the page cannot be turned: it answers something sent, or is the same on every day."""
    found = request.resolver_match
    if found is None or found.url_name in SAME_EVERY_DAY or request.method not in {"GET", "HEAD"}:
        return None
    said = [(name, value) for name, values in request.GET.lists() if name not in NOT_KEPT for value in values]
    kept = [(name, value) for name, value in said if value and "\x00" not in name + value]
    return DayPicker(request.path, kept, clock.EARLIEST, clock.now().date())


def main_item(request: HttpRequest, *, has_duties: bool) -> str:
    """Which item of the main menu an alert page is under, other than Alerts; empty where it is under none."""
    found = _MAIN.get(request.path.strip("/").partition("/")[0], "")
    return "" if found == "duties" and not has_duties else found


def _is_seen(entry: Entry, user: Any) -> bool:
    if isinstance(entry.seen_by, Action):
        return may(user, entry.seen_by)
    return entry.seen_by == EVERYBODY or bool(getattr(user, "is_authenticated", False))


def _address(entry: Entry) -> str:
    try:
        return reverse(entry.name)
    except NoReverseMatch:
        return ""


def _of(entry: Entry, address: str, path: str) -> list[str]:
    """The beginnings of `path` that say that it belongs to the entry."""
    return [one for one in (address, *entry.also) if path.startswith(one)]


def _current(entry: Entry, address: str, path: str, here: int) -> str:
    """`page` for the page itself, `true` for one that belongs to it. The longest beginning decides."""
    if path == address:
        return "page"
    return "true" if any(len(one) == here for one in _of(entry, address, path)) else ""
