"""The day that a feed states, checked by ourselves: a parser that mends 2024-13-45 invents a day."""

import datetime as dt
import re

_MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
)}  # fmt: skip
_HOURS = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}  # RFC 822 names them
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)? ?(Z|z|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_RFC_822 = re.compile(
    r"(?:[A-Za-z]{3,9},? )?(\d{1,2}) ([A-Za-z]{3,9})\.? (\d{4})"
    r"(?: (\d\d):(\d\d)(?::(\d\d))?)?(?: ([A-Za-z]{1,5}|[+-]\d\d:?\d\d))?",
    re.ASCII,
)
EARLIEST = dt.date(1900, 1, 1)


def instant_of(stated: object) -> dt.datetime | None:
    """The instant in UTC that an RFC 822 or RFC 3339 date names; None where it is neither, or no day of the calendar.

    A zone that is missing or that nobody defined counts as UTC.
    """
    if not isinstance(stated, str) or len(stated) > 100:
        return None
    text = " ".join(stated.split())
    if iso := _ISO.fullmatch(text):
        year, month, day, hour, minute, second, zone = iso.groups()
        return _instant(int(year), int(month), int(day), (hour, minute, second), zone)
    if mail := _RFC_822.fullmatch(text):
        day, name, year, hour, minute, second, zone = mail.groups()
        return _instant(int(year), _MONTHS.get(name[:3].lower(), 0), int(day), (hour, minute, second), zone)
    return None


def _instant(year: int, month: int, day: int, time: tuple[str | None, ...], zone: str | None) -> dt.datetime | None:
    hour, minute, second = (int(part or 0) for part in time)
    try:
        local = dt.datetime(year, month, day, hour, minute, min(second, 59), tzinfo=dt.UTC)  # 60: a leap second
        instant = local - _offset(zone or "")
    except (ValueError, OverflowError):
        return None
    return instant if instant.date() >= EARLIEST and second <= 60 else None


def _offset(zone: str) -> dt.timedelta:
    if zone[:1] in {"+", "-"}:
        digits = zone[1:].replace(":", "")
        size = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return -size if zone[0] == "-" else size
    return dt.timedelta(hours=_HOURS.get(zone.lower(), 0))
