"""Rows as CSV, beside JSON."""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.encoding import force_str
from rest_framework.renderers import BaseRenderer
from rest_framework.utils.encoders import JSONEncoder

ENVELOPE = ("count", "next", "previous", "results")
# A spreadsheet runs a cell that starts with one of these; an apostrophe in front makes it text again.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def flat(row: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A row without nesting: `{"method": {"sha256": x}}` becomes `{"method_sha256": x}`."""
    cells: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            cells |= flat(value, f"{prefix}{name}_")
        else:
            cells[f"{prefix}{name}"] = value
    return cells


def cell(value: object) -> str:
    """A value as text: nothing for unknown, numbers unrounded, text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dt.date):  # also an instant
        return str(JSONEncoder().default(value))
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, list | tuple | dict) else force_str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def to_csv(rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> str:
    """A header row and one line a row, in the order of `columns`; CRLF line ends (RFC 4180)."""
    names = list(columns)
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(names)
    for row in rows:
        cells = {**flat(row), **row}
        writer.writerow(cell(cells.get(name)) for name in names)
    return sheet.getvalue()


class CsvRenderer(BaseRenderer):
    """The `results` of an answer as rows; what the answer says of all of them stands in every row.

    The view gives `columns` (the header, also where there are no rows) and `file_name`.
    """

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(
        self,
        data: Mapping[str, Any] | None,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is None or renderer_context is None:
            return b""
        view, response = renderer_context["view"], renderer_context["response"]
        response["Content-Disposition"] = f'attachment; filename="{view.file_name}.csv"'
        about = flat({name: value for name, value in data.items() if name not in ENVELOPE})
        rows = ({**row, **about} for row in data["results"])
        return to_csv(rows, view.columns).encode()
