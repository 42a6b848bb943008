"""GED files of our own making: few events, nothing that happened, in the forms of the real ones."""

import dataclasses
import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

from reports.readers.ucdp_columns import COLUMNS_42, COLUMNS_43, COLUMNS_49


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """One made-up event; Myanmar is 775."""

    id: int = 1
    day: str = "2024-03-05"
    until: str = ""
    kind: int = 3
    best: int = 4
    territory: int = 775
    admin1: str = "Made-up State"
    low: int | None = None
    high: int | None = None

    def cells(self) -> dict[str, Any]:
        """By the names of the columns; what nobody reads is made up too."""
        return {
            "id": self.id, "year": self.day[:4], "type_of_violence": self.kind, "where_prec": 1, "latitude": 21.5,
            "longitude": 96.25, "adm_1": self.admin1, "country_id": self.territory, "event_clarity": 1,
            "date_prec": 1, "date_start": self.day, "date_end": self.until or self.day, "deaths_civilians": self.best,
            "best": self.best, "low": self.best if self.low is None else self.low,
            "high": self.best if self.high is None else self.high, "source_headline": '"Nothing, and nobody"',
        }  # fmt: skip


def ged_csv(*events: Event, columns: Sequence[str] = COLUMNS_49, header: bool = True, hxl: bool = False) -> bytes:
    lines = [",".join(columns)] if header else []
    lines += [",".join("#date+start" if name == "date_start" else "" for name in columns)] if hxl else []
    for event in events:
        cells = event.cells()
        lines.append(",".join(_quoted(cells.get(name, "")) for name in columns))
    return ("\n".join(lines) + "\n").encode()


def ged_zip(payload: bytes, name: str = "GEDEvent.csv") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, payload)
    return packed.getvalue()


def ged_json(*events: Event, pages: int = 1) -> bytes:
    """One page of the API."""
    following = "https://ucdpapi.pcr.uu.se/api/gedevents/25.1?page=1" if pages > 1 else ""
    result = [event.cells() | {"date_start": f"{event.day}T00:00:00"} for event in events]
    answer = {"TotalCount": len(events) * pages, "TotalPages": pages, "NextPageUrl": following, "Result": result}
    return json.dumps(answer).encode()


def _quoted(cell: object) -> str:
    text = str(cell).replace('"', '""')
    return f'"{text}"' if "," in text or '"' in text else text


SETS = {"49": COLUMNS_49, "43": COLUMNS_43, "42": COLUMNS_42}
