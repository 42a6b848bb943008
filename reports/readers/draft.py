"""The values that every reader returns, and the one error that it raises."""

import dataclasses
import datetime as dt
from typing import Literal

Kind = Literal["document", "dataset", "coding_note", "entry"]


class ReaderError(ValueError):
    """Bytes that a reader cannot accept: where, what was found, what was wanted. Never holds an excerpt."""

    def __init__(self, where: str, found: str, wanted: str) -> None:
        super().__init__(f"{where}: found {found}; wanted {wanted}")


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
