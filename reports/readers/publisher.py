"""An organisation that a feed names, as a source that nobody has graded yet."""

import hashlib
import re
import unicodedata

from reports.readers.draft import SourceDraft
from reports.readers.plain import one_line

SLUG_CHARACTERS_MAX = 60
NAME_CHARACTERS_MAX = 160
LICENCE = "not stated; facts only"
NOT_GRADED = "F"


def publisher(name: str, *, short: str = "", url: str = "") -> SourceDraft | None:
    """The organisation as its own family; None without a name."""
    name, short = one_line(name)[:NAME_CHARACTERS_MAX].strip(), one_line(short)
    name = name or short[:NAME_CHARACTERS_MAX].strip()
    if not name:
        return None
    slug = slug_of(short or name)
    return SourceDraft(slug, name, slug, name, NOT_GRADED, LICENCE, url)


def slug_of(name: str) -> str:
    """Small letters, digits and hyphens; a long name, or one in another script, has a piece of its digest."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    letters = sum(character.isalnum() for character in name)
    if len(slug) <= SLUG_CHARACTERS_MAX and 2 * len(slug) >= letters and slug:
        return slug
    digest = hashlib.sha256(name.casefold().encode()).hexdigest()[:10]
    return f"{slug[: SLUG_CHARACTERS_MAX - 11].strip('-') or 'organisation'}-{digest}"
