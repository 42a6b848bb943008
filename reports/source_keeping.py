"""Keeping sources: new ones, changes and the switch, each with who, when and why."""

import datetime as dt
import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from people.models import User
from people.permissions import Action, may
from reports.asking import KEY_READERS
from reports.fetch.sockets import is_odd_number, is_public
from reports.models import ClusterMember, Family, Passage, Source, SourceChange
from reports.models.source import KEY_NAME
from reports.readers import READERS

KEPT = (
    "name", "family", "reliability", "reliability_reason", "review_on", "licence", "terms_note", "contact",
    "known_bias", "url", "language", "reader", "address", "fetch_every", "credential", "leads_on_to", "robots_exempt",
    "off_because", "is_on",
)  # fmt: skip
RESERVED = frozenset({"new", "fetched", "fetch-all"})  # addresses beside the sources' own
SPOKE = (
    "found evidence under its family, or reports of it that counted as one voice with others, so scores rest on it; "
    "wanted the one that it has: make a new source for what the other body publishes"
)
NEW_IS_OFF = "it is new: read the publisher's terms, then switch it on"


class SourceError(ValueError):
    """A source that cannot be kept so. `field` is where the fault lies; says what was found and what was wanted."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field, self.message = field, message


@transaction.atomic
def create_source(*, by: User, at: dt.datetime, slug: str, values: Mapping[str, Any], reason: str) -> Source:
    """A new source, off, of a family that may be new too. Raises SourceError."""
    _refuse_role(by)
    if slug in RESERVED or Source.objects.filter(slug=slug).exists():
        raise SourceError("slug", f"found {slug}, which is taken; wanted another short name")
    source = Source(slug=slug, is_on=False)
    _set(source, values)
    if source.reader and not source.off_because:
        source.off_because = NEW_IS_OFF
    _refuse(source)
    source.save()
    record(source=source, before={}, by=by, at=at, reason=reason or "created")
    return source


@transaction.atomic
def change_source(
    *,
    source_id: int,
    by: User,
    at: dt.datetime,
    values: Mapping[str, Any],
    reason: str,
    seen_change: int | None = None,
) -> Source:
    """What is known of a source, changed; evidence that stands keeps the grade it was given. Raises SourceError.

    With `seen_change` (0 for none), the number of the latest change that the person had seen, it is refused where
    there is another since.
    """
    _refuse_role(by)
    if not reason.strip():
        raise SourceError("reason", "found none; wanted why it is changed, for those who come after you")
    source = Source.objects.select_for_update().get(pk=source_id)
    if seen_change is not None and seen_change != (last := last_change(source)):
        raise SourceError("seen_change", f"found change {last}, made while you wrote; wanted yours to rest on it")
    before, family, spoke = shown(source), source.family_id, has_spoken(source)
    _set(source, values)
    if source.family_id != family and spoke:
        raise SourceError("family", SPOKE)
    if not source.reader:
        source.is_on, source.fetch_every, source.off_because = False, None, ""
    _refuse(source)
    source.save()
    record(source=source, before=before, by=by, at=at, reason=reason)
    return source


@transaction.atomic
def change_schedule(
    *, source_id: int, by: User, at: dt.datetime, is_on: bool, fetch_every: dt.timedelta, off_because: str = ""
) -> Source:
    """Switches a source on or off, or changes how often it is fetched. Raises SourceError."""
    _refuse_role(by)
    if not is_on and not off_because.strip():
        raise SourceError("off_because", "found none; wanted why the source is off")
    source = Source.objects.select_for_update().fetched().get(pk=source_id)
    before = shown(source)
    if is_on and not source.is_on:
        source.on_since = at
    source.is_on, source.fetch_every = is_on, fetch_every
    source.off_because = "" if is_on else off_because.strip()
    source.save(update_fields=["is_on", "fetch_every", "off_because", "on_since"])
    record(source=source, before=before, by=by, at=at, reason=source.off_because or "schedule")
    return source


def has_spoken(source: Source) -> bool:
    """Whether scores, stored ones too, rest on its family: by evidence under it, or by reports of one text.

    What was found under one family stays under it: a source that had two would confirm itself, and what its reports
    said under the first would be no part of the one voice that they have with others.
    """
    own = Passage.objects.filter(report__source=source, evidence__family=source.family_id)
    return own.exists() or ClusterMember.objects.filter(report__source=source).exists()


def last_change(source: Source) -> int:
    """The number of its latest change; 0 where there is none."""
    return source.changes.order_by("-pk").values_list("pk", flat=True).first() or 0


def shown(source: Source) -> dict[str, str]:
    """What is kept of a source, each field as a reader sees it."""
    found = {name: getattr(source, name) for name in KEPT}
    said = {name: "" if value is None else str(value) for name, value in found.items()}
    return said | {"family": source.family.name, "is_on": "on" if source.is_on else "off"}


def record(*, source: Source, before: Mapping[str, str], by: User, at: dt.datetime, reason: str) -> None:
    """One row of what differs from `before`; none where nothing does."""
    now = shown(source)
    fields = [
        {"field": _words(name), "before": before.get(name, ""), "after": value}
        for name, value in now.items()
        if value != before.get(name, "")
    ]
    if fields:
        SourceChange.objects.create(source=source, by=by, at=at, reason=reason.strip()[:300], fields=fields)


def _words(name: str) -> str:
    return {"is_on": "switch", "url": "page of the publisher", "reliability": "grade"}.get(
        name, str(Source._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # none of KEPT is a relation to us
    )  # fmt: skip


def _set(source: Source, values: Mapping[str, Any]) -> None:
    values = dict(values)
    if new := values.pop("new_family", None):
        slug, name = new
        values["family"], _ = Family.objects.get_or_create(slug=slug, defaults={"name": name})
    for name, value in values.items():
        setattr(source, name, value)


def _refuse_role(by: User) -> None:
    if not may(by, Action.MANAGE):
        raise SourceError("role", f"{by.role}: may not {Action.MANAGE.value}")


def _refuse(source: Source) -> None:
    if not source.reader:
        if source.address:
            raise SourceError("reader", "found an address and no kind of answer; wanted both or neither")
        return
    if source.reader not in READERS:
        raise SourceError("reader", f"found {source.reader}; wanted one of {', '.join(READERS)}")
    if why := refused_address(source.address):
        raise SourceError("address", why)
    for host in source.leads_on_to.split():
        if why := _refused_host(host.lower()):
            raise SourceError("leads_on_to", why)
    if source.fetch_every is None:
        raise SourceError("every_minutes", "found nothing; wanted how often it is fetched")
    if source.credential and source.reader not in KEY_READERS:
        raise SourceError("credential", "found a key for a kind of source that sends none; wanted it empty")
    if source.credential and not KEY_NAME.fullmatch(source.credential):
        raise SourceError("credential", "found another name; wanted one that begins with SOURCE_, in capitals")


def refused_address(address: str) -> str:
    """Why an address is not one of a public server's, by https; "" where it is. It is looked up when it is fetched."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "found no address; wanted https://…"
    if (host, port) in settings.FETCH_ALSO:
        return ""
    if parts.scheme != "https" or port not in {None, 443}:
        return "found something else; wanted https://… at the usual port"
    if parts.username or parts.password:
        return "found a user name or a password in it; wanted none: a key stands in the worker's environment"
    return _refused_host(host)


def _refused_host(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        is_name = "." in host.strip(".") and not is_odd_number(host)
        is_local = host.endswith((".localhost", ".local", ".internal", ".lan", ".home.arpa"))
        return "" if is_name and not is_local else f"found the host {host[:80] or 'none'}; wanted a public one"
    return "" if is_public(address) else f"found {address}, which is not public; wanted a public host"
