"""ReliefWeb API v2: the answer to `POST /v2/reports`, and the question that it answers.

Format: https://apidoc.reliefweb.int. The list is kept up by the day of change: an answer brings the reports that were
changed since the cursor, oldest first, and says where the next question goes on.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from reports.readers.days import instant_of
from reports.readers.draft import (
    EXTERNAL_ID_CHARACTERS_MAX,
    ITEMS_MAX,
    FeedDraft,
    ItemDraft,
    ItemProblem,
    ReaderError,
    SourceDraft,
    canonical,
    passages_of,
)
from reports.readers.plain import from_markdown, one_line, tidy, web_address
from reports.readers.publisher import publisher
from reports.text import decode, looks_like_html, shown

OVERLAP = dt.timedelta(minutes=10)  # a report may be listed a little after the day of change that it states
BODY_CHARACTERS_MAX = 1_000_000  # some 400 pages
ADDRESSES = ("url", "url_alias", "origin")
FIELDS = (
    *ADDRESSES, "title", "body", "date.original", "date.created", "date.changed", "primary_country.iso3",
    "country.iso3", "source.name", "source.shortname", "source.homepage", "language.code", "format.name",
)  # fmt: skip
WANTED = "an answer of ReliefWeb's /v2/reports"


def question(appname: str, since: str) -> dict[str, Any]:
    """The JSON body to POST. `since` is the cursor of the answer before; empty: the latest reports alone.

    The appname is not in it: ReliefWeb reads it in the address (`?appname=`), also where the question is posted.
    """
    del appname
    asked: dict[str, Any] = {
        "limit": ITEMS_MAX,
        "fields": {"include": list(FIELDS)},
        "sort": ["date.changed:asc", "id:asc"] if since else ["date.changed:desc", "id:desc"],
    }
    if since:
        asked["filter"] = {"field": "date.changed", "value": {"from": since}}
    return asked


def read(payload: bytes) -> FeedDraft:
    """The reports of an answer, by day of change. Raises ReaderError.

    The cursor is the day of the latest change: less an overlap, so that what is listed late is not missed; exactly it
    where the answer was cut at its limit, so that the next question goes on behind it.
    """
    answer = _answer(payload)
    entries = _entries(answer)
    dated = sorted(
        ((_changed(entry), number, entry) for number, entry in enumerate(entries, 1)), key=lambda one: one[:2]
    )
    kept = dated[:ITEMS_MAX]
    items: list[ItemDraft] = []
    problems: list[ItemProblem] = []
    for _, number, entry in kept:
        place = f"report {number}"
        try:
            items.append(_item(entry))
        except ReaderError as error:
            problems.append(ItemProblem(place, str(error)))
    is_full = len(entries) >= ITEMS_MAX
    changes = [changed for changed, _, _ in kept if changed > _NEVER]
    cursor, stuck = _cursor(changes, is_full=is_full)
    return FeedDraft(
        media_type="application/json",
        title="ReliefWeb reports",
        items=tuple(items),
        problems=(*stuck, *problems),
        left_out=len(dated) - len(kept),
        cursor=cursor,
        is_full=is_full and bool(cursor),
    )


_NEVER = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
_LAST = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


def _answer(payload: bytes) -> Mapping[str, Any]:
    if looks_like_html(payload):
        raise ReaderError("first bytes", "HTML or XML", f"{WANTED}, in JSON; is the address the API's own?")
    try:
        answer = json.loads(decode(payload), parse_constant=_refuse_constant)
    except ReaderError:
        raise
    except ValueError as error:
        raise ReaderError("file", "no valid JSON", WANTED) from error
    except RecursionError as error:
        raise ReaderError("file", "brackets within brackets without end", WANTED) from error
    if not isinstance(answer, dict):
        raise ReaderError("file", shown(answer), WANTED)
    if "error" in answer and "data" not in answer:
        status = answer.get("status")
        said = str(status) if isinstance(status, int) and 100 <= status <= 599 else "no status"
        raise ReaderError("answer", f"an error ({said})", f"{WANTED}; 403 means that the appname is not approved")
    return answer


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


def _entries(answer: Mapping[str, Any]) -> list[Any]:
    resource = (
        re.search(r"/(v\d{1,2})/([a-z]{1,30})(?:[/?]|$)", href) if isinstance(href := answer.get("href"), str) else None
    )
    if resource and resource.groups() != ("v2", "reports"):
        raise ReaderError("href", f"an answer of /{resource[1]}/{resource[2]}", WANTED)
    entries = answer.get("data")
    if not isinstance(entries, list):
        raise ReaderError("data", "nothing" if entries is None else shown(entries), f"a list of reports: {WANTED}")
    if entries and not any(isinstance(entry, dict) and isinstance(entry.get("fields"), dict) for entry in entries):
        raise ReaderError("data", "entries without fields", f"{WANTED}, asked for its fields")
    return entries


def _changed(entry: Any) -> dt.datetime:
    fields = entry.get("fields") if isinstance(entry, dict) else None
    return instant_of(_dates(fields).get("changed")) or _NEVER if isinstance(fields, dict) else _NEVER


def _cursor(changes: list[dt.datetime], *, is_full: bool) -> tuple[str, list[ItemProblem]]:
    """Where to go on. A full answer of one second would be asked for without end: it is stepped over, and said."""
    if not changes:
        return "", []
    oldest, newest = changes[0], changes[-1]
    if not is_full:
        return (newest - OVERLAP).isoformat(), []
    if oldest < newest:
        return newest.isoformat(), []
    reason = (
        f"answer: found {len(changes)} reports changed in one second; wanted fewer: those beyond were not asked for"
    )
    return (min(newest, _LAST) + dt.timedelta(seconds=1)).isoformat(), [ItemProblem("answer", reason)]


def _item(entry: Any) -> ItemDraft:
    fields = entry.get("fields") if isinstance(entry, dict) else None
    if not isinstance(fields, dict):
        raise ReaderError("fields", "none", "a report's fields")
    external_id = entry.get("id", fields.get("id"))
    if not isinstance(external_id, str | int) or not re.fullmatch(r"[0-9]{1,20}", str(external_id)):
        raise ReaderError("id", shown(external_id), "a number")
    title = one_line(_words(fields.get("title")))
    if not title:
        raise ReaderError("title", "nothing", "a title")
    published_on = _published_on(_dates(fields))
    text = _text(fields.get("body")) or title
    return ItemDraft(
        external_id=str(external_id)[:EXTERNAL_ID_CHARACTERS_MAX],
        title=title,
        url=web_address(fields.get("url_alias")) or web_address(fields.get("url")),
        published_on=published_on,
        text=text,
        passages=passages_of(text),
        payload=_payload(str(external_id), fields),
        language=_language(fields.get("language")),
        countries=_countries(fields),
        source=_source(fields.get("source")),
    )


def _text(body: Any) -> str:
    if body is not None and not isinstance(body, str):
        raise ReaderError("body", shown(body), "a Markdown text")
    if body and len(body) > BODY_CHARACTERS_MAX:
        raise ReaderError("body", f"{len(body):,} characters", f"at most {BODY_CHARACTERS_MAX:,}")
    return from_markdown(body or "")


def _published_on(dates: Mapping[str, Any]) -> dt.date:
    """The day of the original; where none is stated, the day on which ReliefWeb listed it."""
    stated = dates.get("original") or dates.get("created")
    instant = instant_of(stated)
    if instant is None:
        raise ReaderError(
            "date", "nothing" if stated is None else "no day of the calendar", "a day as 2024-05-31T00:00:00+00:00"
        )
    return instant.date()


def _payload(external_id: str, fields: Mapping[str, Any]) -> bytes:
    """What the item said: not `date.changed`, which moves when an editor changes a tag."""
    dates = _dates(fields)
    said = {
        "id": external_id,
        **{name: tidy(value) for name in ("title", "body") if isinstance(value := fields.get(name), str)},
        **{name: address for name in ADDRESSES if (address := web_address(fields.get(name)))},
        "date": {name: tidy(day) for name in ("original", "created") if isinstance(day := dates.get(name), str)},
        "country": list(_countries(fields)),
        "source": [
            {name: tidy(value) for name in ("name", "shortname", "homepage") if isinstance(value := one.get(name), str)}
            for one in _tables(fields.get("source"))
        ],
        "language": [tidy(code) for one in _tables(fields.get("language")) if isinstance(code := one.get("code"), str)],
        "format": [tidy(name) for one in _tables(fields.get("format")) if isinstance(name := one.get("name"), str)],
    }
    return canonical(said)


def _countries(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """The primary country first; `WLD` is no country."""
    named = [*_tables([fields.get("primary_country")]), *_tables(fields.get("country"))]
    codes = (code.upper() for one in named if isinstance(code := one.get("iso3"), str))
    return tuple(dict.fromkeys(code for code in codes if re.fullmatch(r"[A-Z]{3}", code) and code != "WLD"))


def _source(value: Any) -> SourceDraft | None:
    """The first organisation: the one that ReliefWeb shows first."""
    for one in _tables(value):
        found = publisher(
            _words(one.get("name")), short=_words(one.get("shortname")), url=web_address(one.get("homepage"))
        )
        if found:
            return found
    return None


def _language(value: Any) -> str | None:
    codes = [code.lower() for one in _tables(value) if isinstance(code := one.get("code"), str)]
    return next((code for code in codes if re.fullmatch(r"[a-z]{2,3}", code) and code != "ot"), None)


def _dates(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    dates = fields.get("date")
    return dates if isinstance(dates, dict) else {}


def _tables(value: Any) -> Iterable[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _words(value: Any) -> str:
    return value if isinstance(value, str) else ""
