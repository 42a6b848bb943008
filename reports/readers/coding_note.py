"""Coding notes: our own paraphrase of a cited document, with what each paragraph says of which indicator.

The format is TOML; docs/coding-guide.md says how to write one.
"""

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from typing import Any, NoReturn

from reports.readers.draft import PassageDraft, ReaderError, ReportDraft, SourceDraft
from reports.readers.note import Claim, Note, NotePassage
from reports.text import decode, shown

NOTE_BYTES_MAX = 1_000_000

_NOTE = {"id", "title", "source", "url", "published_on", "language", "coded_by"}
_SOURCE = {"name", "family", "reliability", "licence", "url"}
_PASSAGE = {"locator", "text", "evidence", "family"}
_EVIDENCE = {
    "country", "indicator", "severity", "polarity", "event", "event_on", "family", "reliability", "credibility",
    "claim", "actor", "group", "why", "admin1",
    "dating",
}  # fmt: skip
_OPTIONAL = {"group", "admin1", "dating", "url"}
_SLUG = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
_PLACE = re.compile(r"\(at ([a-z0-9, ]+)\)$")


def read(payload: bytes) -> ReportDraft:
    """The note as a report whose passages are our paraphrases. Raises ReaderError."""
    note = parse(payload)
    passages: list[PassageDraft] = []
    text = ""
    for passage in note.passages:
        text += "\n\n" if text else ""
        end = len(text) + len(passage.text)
        passages.append(PassageDraft(len(text), end, passage.text, passage.locator, passage.family))
        text += passage.text
    return ReportDraft(
        kind="coding_note",
        media_type="application/toml",
        text=text,
        passages=tuple(passages),
        title=note.title,
        url=note.url,
        published_on=note.published_on,
        language=note.language,
        source=note.source,
        families=tuple(sorted(note.families.items())),
    )


def parse(payload: bytes) -> Note:
    """Every field of a note, checked. Raises ReaderError, which says where, what was found and what was wanted."""
    if len(payload) > NOTE_BYTES_MAX:
        raise ReaderError("file", f"{len(payload)} bytes", f"at most {NOTE_BYTES_MAX}")
    try:
        data = tomllib.loads(decode(payload))
    except ReaderError:
        raise
    except ValueError as error:  # besides TOMLDecodeError: a number of more than 4300 digits
        place = _PLACE.search(str(error))
        raise ReaderError(place[1] if place else "file", "no valid TOML", "a coding note in TOML") from error
    except RecursionError as error:
        raise ReaderError("file", "brackets within brackets without end", "a coding note in TOML") from error
    _keys("file", data, {"note", "sources", "families", "passage"}, {"passage"})
    head = _table("note", data["note"])
    _keys("note", head, _NOTE, set())
    families = {
        _slug("families", slug, 60): _text(f"families.{slug}", name, 160)
        for slug, name in _table("families", data["families"]).items()
    }
    published_on = _day("note.published_on", head["published_on"])
    passages = tuple(
        _passage(f"passage {number}", entry, families, published_on)
        for number, entry in enumerate(_list("passage", data.get("passage")), 1)
    )
    return Note(
        note_id=_slug("note.id", head["id"]),
        title=_text("note.title", head["title"], 300),
        url=_url("note.url", head["url"]),
        published_on=published_on,
        language=_text("note.language", head["language"], 8),
        coded_by=_text("note.coded_by", head["coded_by"], 120),
        source=_source(_slug("note.source", head["source"], 60), _table("sources", data["sources"]), families),
        families=families,
        passages=passages,
    )


def _source(slug: str, sources: Mapping[str, Any], families: Mapping[str, str]) -> SourceDraft:
    where = f"sources.{slug}"
    if slug not in sources:
        _refuse("note.source", shown(slug), f"one of the sources declared: {', '.join(sorted(sources)) or 'none'}")
    entry = _table(where, sources[slug])
    _keys(where, entry, _SOURCE, {"url"})
    family = _slug(f"{where}.family", entry["family"])
    if family not in families:
        _refuse(f"{where}.family", shown(family), "a slug declared under [families]")
    return SourceDraft(
        slug=slug,
        name=_text(f"{where}.name", entry["name"], 160),
        family=family,
        family_name=families[family],
        reliability=_one_of(f"{where}.reliability", entry["reliability"], set("ABCDEF")),
        licence=_text(f"{where}.licence", entry["licence"], 200),
        url=_url(f"{where}.url", entry.get("url", "")),
    )


def _passage(where: str, entry: Any, families: Mapping[str, str], published_on: dt.date) -> NotePassage:
    table = _table(where, entry)
    _keys(where, table, _PASSAGE, {"evidence", "family"})
    family = _one_of(f"{where}.family", table["family"], set(families)) if "family" in table else ""
    claims = tuple(
        _claim(f"{where}, evidence {number}", item, families, published_on)
        for number, item in enumerate(_list(where, table.get("evidence", []), may_be_empty=True), 1)
    )
    seen: set[tuple[object, ...]] = set()
    for c, day in [(claim, day) for claim in claims for day in claim.event_on]:
        if (key := (c.indicator, c.country, c.polarity, c.event, c.family, day)) in seen:
            _refuse(where, f"{c.indicator}, event {c.event}, {day}, family {c.family} twice", "each once a passage")
        seen.add(key)
    text = " ".join(_text(f"{where}.text", table["text"], 8000).split())
    return NotePassage(_text(f"{where}.locator", table["locator"], 200), text, claims, family)


def _claim(where: str, entry: Any, families: Mapping[str, str], published_on: dt.date) -> Claim:
    item = _table(where, entry)
    _keys(where, item, _EVIDENCE, _OPTIONAL)
    days = tuple(_day(f"{where}.event_on", day) for day in _list(f"{where}.event_on", item["event_on"]))
    for day in days:
        if day > published_on:
            _refuse(f"{where}.event_on", str(day), f"a day not after the publication, {published_on}")
    if len(set(days)) != len(days):
        _refuse(f"{where}.event_on", "the same day twice", "each attested day once")
    severity = item["severity"]
    if not isinstance(severity, int) or isinstance(severity, bool) or not 0 <= severity <= 4:
        _refuse(f"{where}.severity", shown(severity), "a whole number from 0 to 4")
    family = _one_of(f"{where}.family", item["family"], set(families))
    return Claim(
        country=_matching(f"{where}.country", item["country"], r"[A-Z]{3}", "an ISO 3166-1 alpha-3 code"),
        indicator=_matching(f"{where}.indicator", item["indicator"], r"[0-9]{1,2}\.[0-9]{1,2}", "a code such as 7.14"),
        severity=severity,
        polarity={"risk": 1, "mitigation": -1}[_one_of(f"{where}.polarity", item["polarity"], {"risk", "mitigation"})],
        event=_slug(f"{where}.event", item["event"]),
        event_on=days,
        family=family,
        reliability=_one_of(f"{where}.reliability", item["reliability"], set("ABCDEF")),
        credibility=int(_one_of(f"{where}.credibility", item["credibility"], set("123456"))),
        claim=_one_of(f"{where}.claim", item["claim"], {"alleged", "verified", "may_amount", "court"}),
        actor=_text(f"{where}.actor", item["actor"], 20),
        why=_text(f"{where}.why", item["why"], 500),
        group=_text(f"{where}.group", item.get("group", ""), 160, may_be_empty=True),
        admin1=_text(f"{where}.admin1", item.get("admin1", ""), 120, may_be_empty=True),
        dating=_text(f"{where}.dating", item.get("dating", ""), 200, may_be_empty=True),
    )


# --- single fields -----------------------------------------------------------------------------------------
def _refuse(where: str, found: str, wanted: str) -> NoReturn:
    raise ReaderError(where, found, wanted)


def _keys(where: str, table: Mapping[str, Any], known: set[str], optional: set[str]) -> None:
    if unknown := set(table) - known:
        _refuse(where, f"the unknown key {shown(sorted(unknown)[0])}", f"only {', '.join(sorted(known))}")
    if missing := known - optional - set(table):
        _refuse(where, f"no {sorted(missing)[0]!r}", f"all of {', '.join(sorted(known - optional))}")


def _table(where: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        _refuse(where, type(value).__name__, "a table")
    return value


def _list(where: str, value: Any, *, may_be_empty: bool = False) -> list[Any]:
    if not isinstance(value, list) or not (value or may_be_empty):
        _refuse(where, "nothing" if not value else type(value).__name__, "a list with at least one entry")
    return value


def _text(where: str, value: Any, longest: int, *, may_be_empty: bool = False) -> str:
    if not isinstance(value, str):
        _refuse(where, type(value).__name__, "text in quotes")
    text = value.strip()
    if not text and not may_be_empty:
        _refuse(where, "nothing", "text")
    if len(text) > longest:
        _refuse(where, f"{len(text)} characters", f"at most {longest}")
    if "\x00" in text:
        _refuse(where, "a NUL character", "text")
    return text


def _one_of(where: str, value: Any, allowed: set[str]) -> str:
    if not isinstance(value, str) or value not in allowed:
        _refuse(where, shown(value), f"one of {', '.join(sorted(allowed))}")
    return value


def _matching(where: str, value: Any, pattern: str, wanted: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        _refuse(where, shown(value), wanted)
    return value


def _slug(where: str, value: Any, longest: int = 120) -> str:
    if not isinstance(value, str) or not _SLUG.fullmatch(value) or len(value) > longest:
        _refuse(where, shown(value), f"small letters, digits and hyphens, at most {longest}")
    return value


def _day(where: str, value: Any) -> dt.date:
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        _refuse(where, shown(value), "a day without quotes, such as 2024-02-12")
    if value < dt.date(1900, 1, 1):
        _refuse(where, str(value), "a day since 1900")
    return value


def _url(where: str, value: Any) -> str:
    text = _text(where, value, 500, may_be_empty=True)
    if text and not text.startswith(("https://", "http://")):
        _refuse(where, "something else", "an address that starts with https://")
    return text
