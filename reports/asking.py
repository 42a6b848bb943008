"""How each kind of source is asked: by which method, with which key, in how many pages."""

import dataclasses
import datetime as dt
import functools
import os
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db.models import QuerySet

from reports import hosts
from reports.fetch import Fetched, FetchError, Rules, fetch
from reports.fetch.pages import UCDP, UNHCR, fetch_rest, unzipped
from reports.models import Retrieval, Source
from reports.models.source import KEY_NAME
from reports.readers.reliefweb import question

SECONDS_MAX = 60.0  # one request
UCDP_KEY = "x-ucdp-access-token"
KEY_HEADERS = {"ucdp-ged": UCDP_KEY, "ucdp-ged-part": UCDP_KEY}  # readers of an API with its key in a header
KEY_READERS = frozenset({"reliefweb-v2", *KEY_HEADERS})  # no other kind of source sends a key
PAGED = {"ucdp-ged": UCDP, "ucdp-ged-part": UCDP, "unhcr-population": UNHCR}  # readers of answers in pages


def get(source: Source, good: QuerySet[Retrieval], *, at: dt.datetime) -> Fetched | None:
    """What a source says now; None where it is what it said to `good`, the latest that went well. Raises FetchError."""
    if source.reader == "reliefweb-v2":
        return _get_reliefweb(source, good.exclude(cursor="").values_list("cursor", flat=True).first() or "", at=at)
    previous = good.first()
    is_cut = previous is not None and previous.items_over_cap > 0  # unchanged, it still has what had no room
    said: Mapping[str, Any] = previous.headers if previous and not is_cut else {}
    known = {"etag": said.get("etag", ""), "last_modified": said.get("last-modified", "")}
    rules, header = rules_for(source, at=at), KEY_HEADERS.get(source.reader)
    key = (header, _key(source.credential)) if header and source.credential else None
    found = fetch(source.address, rules=rules, key=key, **known)
    if found is not None and source.reader in PAGED:
        found = _with_the_rest(source, found, rules, key)
    return found and unzipped(found, bytes_max=settings.REPORT_BYTES_MAX)


def _get_reliefweb(source: Source, since: str, *, at: dt.datetime) -> Fetched | None:
    """The reports changed since the cursor; the reader has taken its overlap off it."""
    appname = _key(source.credential)
    joined = "&" if urlsplit(source.address).query else "?"
    address = f"{source.address}{joined}{urlencode({'appname': appname})}"
    return fetch(address, rules=rules_for(source, at=at), body=question(appname, since))


def _with_the_rest(source: Source, first: Fetched, rules: Rules, key: tuple[str, str] | None) -> Fetched:
    """Every page, within the turn that was taken: between two of them the server has its pause."""
    name = hosts.host_of(source.address)

    def rest() -> None:
        time.sleep(hosts.pause_of(name).total_seconds())

    return fetch_rest(first, rules=rules, pages=PAGED[source.reader], between=rest, key=key)


def rules_for(source: Source, *, at: dt.datetime) -> Rules:
    """Hosts are those of the sources in the table, and those that this one leads on to: staff keep the list.

    Each server that is asked, by a redirect too, is asked for its robots.txt first.
    """
    addresses = Source.objects.fetched().values_list("address", flat=True)
    hosts_listed = {urlsplit(address).hostname for address in addresses} | set(source.leads_on_to.lower().split())
    rules = Rules(
        hosts=frozenset(filter(None, hosts_listed)),
        user_agent=_user_agent(),
        also=settings.FETCH_ALSO,
        bytes_max=settings.REPORT_BYTES_MAX,
        seconds=SECONDS_MAX,
    )
    if source.robots_exempt:
        return rules
    return dataclasses.replace(rules, refuses=functools.partial(hosts.refused_by_robots, rules=rules, at=at))


def _user_agent() -> str:
    version, contact = settings.CODE_VERSION or "0", settings.FETCH_CONTACT or settings.SITE_URL
    return f"{settings.FETCH_AGENT}/{version} (+{contact})"


def _key(name: str) -> str:
    if not KEY_NAME.fullmatch(name):
        raise FetchError("key: found no variable of the source's own; wanted one that begins with SOURCE_")
    value = os.environ.get(name, "").strip()
    if not value:
        raise FetchError(f"key: found nothing in {name}; wanted the key in that environment variable of the worker")
    if not (value.isascii() and value.isprintable()):
        raise FetchError(f"key: found signs in {name} that no key has; wanted letters, digits and the like")
    return value
