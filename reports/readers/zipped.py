"""The ZIP that a document is, or comes in: what `reports.zips` refuses, in a reader's words."""

import contextlib
import zipfile
from collections.abc import Iterator

from reports import zips
from reports.readers.draft import ReaderError


def opened(payload: bytes, what: str) -> zipfile.ZipFile:
    """The archive, its directory read. Raises ReaderError where it is none or claims too many members."""
    with named(what):
        return zips.opened(payload)


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, place: str, bytes_max: int) -> bytes:
    """The bytes of a member, read piece by piece. Raises ReaderError."""
    with named(place):
        return zips.unpacked(archive, member, zips.Caps(bytes_max))


@contextlib.contextmanager
def named(place: str) -> Iterator[None]:
    """What cannot be read is refused as what stands at `place`. Raises ReaderError."""
    try:
        yield
    except zips.ZipError as error:
        raise ReaderError(place, error.found, error.wanted) from error
