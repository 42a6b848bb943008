"""Which edition of a yearly dataset a file is, and from when the world could know it."""

from countries.reference import read_dataset_releases
from reports.readers.draft import ReaderError, ReportDraft, SourceDraft
from reports.text import decode, looks_like_html, shown

YEARS = range(1946, 2101)


def text_of(payload: bytes, *, also_latin: bool = False) -> str:
    """The file's text. Raises ReaderError for a web page and for what is no text."""
    if looks_like_html(payload):
        raise ReaderError("first bytes", "HTML", "the CSV file itself, not the page that offers it")
    return decode(payload, also_latin=also_latin)


def year_of(text: str, *, line: int, column: str) -> int:
    """A calendar year, also where a program wrote it as 2000.0. Raises ReaderError."""
    digits = text.removesuffix(".0")
    if not (len(digits) == 4 and digits.isascii() and digits.isdigit() and int(digits) in YEARS):
        raise ReaderError(f"line {line}, column {column}", shown(text), "a year from 1946 on")
    return int(digits)


def edition(dataset: str, newest_year: int, *, title: str, url: str, source: SourceDraft) -> ReportDraft:
    """The file as a dataset report of the edition whose newest year is `newest_year`. Raises ReaderError."""
    releases = {row.newest_year: row.known_at for row in read_dataset_releases() if row.dataset == dataset}
    if newest_year not in releases:
        known = ", ".join(map(str, sorted(releases)))
        raise ReaderError(
            "newest year",
            str(newest_year),
            f"that of an edition whose day is known ({known}); "
            "add it to countries/data/dataset_releases.csv with its source",
        )
    return ReportDraft(
        kind="dataset",
        media_type="text/csv",
        title=f"{title}, edition with figures to {newest_year}",
        url=url,
        published_on=releases[newest_year],
        language="en",
        source=source,
    )
