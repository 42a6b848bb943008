"""The values that every reader returns, and the one error that it raises."""

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, Literal

from reports.text import ReaderError, split_passages

__all__ = [
    "ITEMS_MAX", "CarriedFile", "FeedDraft", "ItemDraft", "ItemProblem", "Measured", "PassageDraft", "ReaderError",
    "ReportDraft", "SourceDraft", "canonical", "passages_of",
]  # fmt: skip

ITEMS_MAX = 500  # of one answer: a poisoned feed cannot fill the queue at once
EXTERNAL_ID_CHARACTERS_MAX = 300
TERRITORY_CHARACTERS_MAX = 60

Kind = Literal["document", "dataset", "coding_note", "entry", "bundle"]


@dataclasses.dataclass(frozen=True, slots=True)
class SourceDraft:
    """A source as a reader knows it; `family` and `family_name` are the body behind it."""

    slug: str
    name: str
    family: str
    family_name: str
    reliability: str
    licence: str
    url: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class PassageDraft:
    """A piece of `ReportDraft.text`; `text == report.text[start:end]`."""

    start: int
    end: int
    text: str
    locator: str = ""
    family: str = ""  # slug of the body whose finding it is, where the report says so


@dataclasses.dataclass(frozen=True, slots=True)
class ItemProblem:
    """An item of a feed, a part of a file, that cannot be taken in; `reason` never holds an excerpt."""

    place: str
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class CarriedFile:
    """A file inside a file: a member of a ZIP, an attachment of a mail. Its name is a label and never a path."""

    name: str
    payload: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class ReportDraft:
    """What a reader understood. What it could not know is None and must come from the sender."""

    kind: Kind
    media_type: str
    text: str = ""
    passages: tuple[PassageDraft, ...] = ()
    title: str | None = None
    url: str | None = None
    published_on: dt.date | None = None
    language: str | None = None
    source: SourceDraft | None = None
    families: tuple[tuple[str, str], ...] = ()
    carried: tuple[CarriedFile, ...] = ()  # each becomes a report of its own
    problems: tuple[ItemProblem, ...] = ()  # parts that could not be read, while the rest was
    is_unread: bool = False  # a scan: there is something to read, and no machine could
    read_by: str = ""  # the reader that understood it, where another one was asked
    is_internal: bool = False  # a letter to us, or under terms that forbid passing it on: never public, whoever says so


@dataclasses.dataclass(frozen=True, slots=True)
class Measured:
    """The numbers of one territory and period in a dataset, by the name of the number."""

    territory: str  # its id in the dataset, at most TERRITORY_CHARACTERS_MAX
    name: str
    period_end: dt.date
    values: Mapping[str, float]
    note: str = ""  # what a reader of the number should know of it


@dataclasses.dataclass(frozen=True, slots=True)
class ItemDraft:
    """One report inside a feed's answer. Without a `source` of its own it is the feed's."""

    external_id: str  # the publisher's own id: the same id with another payload is a changed report
    title: str
    url: str  # empty where the link is no http(s) address
    published_on: dt.date
    text: str
    passages: tuple[PassageDraft, ...]
    payload: bytes  # canonical JSON of what the feed said of this item
    language: str | None = None
    countries: tuple[str, ...] = ()  # ISO 3166-1 alpha-3, as the publisher's metadata names them
    source: SourceDraft | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class FeedDraft:
    """An answer that carries reports."""

    media_type: str
    title: str
    items: tuple[ItemDraft, ...]
    problems: tuple[ItemProblem, ...] = ()
    left_out: int = 0  # items beyond ITEMS_MAX
    cursor: str = ""  # where the next request goes on
    is_full: bool = False  # the answer was cut at its limit: ask again at once


def passages_of(text: str) -> tuple[PassageDraft, ...]:
    """The passages of a text without a structure of its own."""
    return tuple(PassageDraft(start, end, text[start:end]) for start, end in split_passages(text))


def canonical(said: Mapping[str, Any]) -> bytes:
    """JSON whose bytes are the same for the same content."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
