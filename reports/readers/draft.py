"""The values that every reader returns, and the one error that it raises."""

import dataclasses
import datetime as dt
from typing import Literal

from reports.text import ReaderError, split_passages

__all__ = ["PassageDraft", "ReaderError", "ReportDraft", "SourceDraft", "passages_of"]

Kind = Literal["document", "dataset", "coding_note", "entry"]


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


def passages_of(text: str) -> tuple[PassageDraft, ...]:
    """The passages of a text without a structure of its own."""
    return tuple(PassageDraft(start, end, text[start:end]) for start, end in split_passages(text))
