"""Entries of a record as a chain: each holds the digest of the one before it, so that a lost or altered one shows."""

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """What one entry says. `of` is what the chain is about, such as `report 12`; in details no fractions."""

    of: str
    number: int
    deed: str
    at: dt.datetime
    by: int | None
    stage: str
    details: Mapping[str, Any]
    previous: str


def digest_of(link: Link) -> str:
    """SHA-256 of all that the entry says, the digest of the one before it included. Never changed: old chains hold."""
    said = {**dataclasses.asdict(link), "at": link.at.astimezone(dt.UTC).isoformat(timespec="microseconds")}
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def is_whole(links: Iterable[tuple[Link, str]]) -> bool:
    """Whether entries with their digests, in order, begin at 1, leave nothing out and say what they said."""
    previous, wanted = "", 1
    for link, digest in links:
        if (link.number, link.previous) != (wanted, previous) or digest_of(link) != digest:
            return False
        previous, wanted = digest, wanted + 1
    return True
