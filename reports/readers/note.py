"""The values inside a coding note."""

import dataclasses
import datetime as dt

from reports.readers.draft import SourceDraft


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """What one passage says about one indicator, attested on each day of `event_on`."""

    country: str
    indicator: str
    severity: int
    polarity: int
    event: str
    event_on: tuple[dt.date, ...]
    family: str
    reliability: str
    credibility: int
    claim: str
    actor: str
    why: str
    group: str
    admin1: str
    dating: str


@dataclasses.dataclass(frozen=True, slots=True)
class NotePassage:
    """Our paraphrase of one paragraph, and what it was coded as."""

    locator: str
    text: str
    claims: tuple[Claim, ...]
    family: str = ""  # whose finding the paragraph is, where it is not the carrier's


@dataclasses.dataclass(frozen=True, slots=True)
class Note:
    """One coding note."""

    note_id: str
    title: str
    url: str
    published_on: dt.date
    language: str
    coded_by: str
    source: SourceDraft
    families: dict[str, str]
    passages: tuple[NotePassage, ...]
