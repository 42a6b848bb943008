"""`manage.py suggest FILE.jsonl`: what the machine says of passages. It asks no database and writes nothing."""

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from indicators.matching.passage import read
from reports.languages import LANGUAGE

LINE_MAX = 5_000_000  # bytes: a passage is a few hundred


class RowError(ValueError):
    """A line that is no row; says what was found and what was wanted, never the text."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file; `lang` is empty where it is to be found."""

    id: str | int
    text: str
    lang: str


class Command(BaseCommand):
    """A bad line is named on the standard error, the others are answered, and the command ends with 1."""

    help = "Print what the machine suggests for passages: JSON lines with id, text and, if known, lang."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("passages", metavar="FILE.jsonl", help="a file, or - for the standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        bad = 0
        with closing(_opened(options["passages"])) as lines:
            for number, line in _numbered(lines):
                try:
                    self.stdout.write(_answer(_row(line)))
                except RowError as error:
                    bad += 1
                    self.stderr.write(f"line {number}: {error}")
        if bad:
            raise CommandError(f"{bad} line{'s' if bad > 1 else ''} could not be read; the others are answered")


def _opened(name: str) -> BinaryIO:
    try:
        return sys.stdin.buffer if name == "-" else Path(name).open("rb")
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}; wanted a file that can be read, or -") from error


def _numbered(lines: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Every line that is not empty, the first without a byte-order mark; a longer one is cut beyond LINE_MAX."""
    number = 0
    while line := lines.readline(LINE_MAX + 1):
        number += 1
        rest = line
        while len(rest) > LINE_MAX and not rest.endswith(b"\n"):
            rest = lines.readline(LINE_MAX + 1)
        line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if line.strip():
            yield number, line


def _row(line: bytes) -> Row:
    if len(line) > LINE_MAX:
        raise RowError(f"found more than {LINE_MAX:,} bytes; wanted one passage")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:  # ValueError: bad UTF-8 too
        raise RowError("found no JSON in UTF-8; wanted one object a line") from error
    if not isinstance(row, dict):
        raise RowError(f"found {_kind(row)}; wanted an object with id and text")
    number, text, lang = row.get("id"), row.get("text"), row.get("lang") or ""
    if not isinstance(number, str | int) or isinstance(number, bool):
        raise RowError(f"id: found {_kind(number)}; wanted a text or a whole number")
    if not isinstance(text, str):
        raise RowError(f"text: found {_kind(text)}; wanted a text")
    if not isinstance(lang, str) or not (lang == "" or LANGUAGE.fullmatch(lang.lower())):
        raise RowError("lang: found no code of a language; wanted one such as en, or none")
    return Row(number, text, lang)


def _kind(value: object) -> str:
    names = {type(None): "nothing", bool: "true or false", dict: "an object", list: "a list", str: "a text"}
    return names.get(type(value), "a number")


def _answer(row: Row) -> str:
    found = read(row.text, row.lang)
    suggestions = [
        {
            "factor": hit.factor,
            "indicator": hit.indicator,
            "score": hit.strength,
            "phrase": row.text[hit.start : hit.end],
        }
        for hit in found.hits
    ]
    answer = {
        "id": row.id,
        "language": found.language,
        "countries": list(found.countries),
        "suggestions": suggestions,
    }
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
