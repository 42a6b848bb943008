"""A ZIP opened with care: how many members, how large, how tightly packed; nothing is written anywhere.

All that opens archives goes through here: reports, datasets, answers of servers, workbooks. Each says with Caps what
its files need, and makes its own error of the one that is raised.
"""

import dataclasses
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence

RATIO_FROM = 1_000_000  # bytes: a smaller member may pack as it likes
FIRST_BYTES = b"PK\x03\x04"
_PIECE = 1 << 20
_END = b"PK\x05\x06"  # of the directory: the last 22 bytes and a comment of at most 65,535
_BROKEN = (  # what the library raises on archives that are none inside
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError,
    OSError, ValueError, OverflowError, struct.error,
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Caps:
    """What an archive may hold. Text packs 3 to 10 times, a spreadsheet's XML up to 60, a sheet of one figure 100."""

    bytes: int  # of one member, unpacked
    total: int = 2**63  # of all members, as the directory claims
    members: int = 5_000  # entries of the directory that are looked at at all
    ratio: int = 200  # bytes out for one byte in


class ZipError(ValueError):
    """An archive that cannot be read, or that would harm; `found` and `wanted` are words for the sender."""

    def __init__(self, found: str, wanted: str) -> None:
        super().__init__(f"found {found}; wanted {wanted}")
        self.found = found
        self.wanted = wanted


def opened(payload: bytes, *, members_max: int = 5_000) -> zipfile.ZipFile:
    """The archive, its directory read. Raises ZipError where it is none or claims too many members."""
    end = payload.rfind(_END, max(0, len(payload) - 65_557))
    if end < 0 or end + 22 > len(payload):
        raise ZipError("a ZIP file without its end", "the whole file; send it again")
    (claimed,) = struct.unpack("<H", payload[end + 10 : end + 12])
    _refuse_many(claimed, members_max)
    try:
        archive = zipfile.ZipFile(io.BytesIO(payload))
    except _BROKEN as error:
        raise ZipError("a broken ZIP file", "one that opens; pack it anew") from error
    _refuse_many(len(archive.infolist()), members_max)
    return archive


def _refuse_many(count: int, most: int) -> None:
    if count > most:
        raise ZipError(f"{count:,} files in it", f"at most {most:,}")


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether it is an XLSX, by the names in its directory."""
    return "xl/workbook.xml" in archive.namelist()


def only_table(archive: zipfile.ZipFile, endings: Sequence[str]) -> zipfile.ZipInfo:
    """The one table in it, by how its name ends. Raises ZipError where there is another number of them."""
    named = [one for one in archive.infolist() if one.filename.lower().endswith(tuple(endings))]
    named = [one for one in named if "__MACOSX/" not in one.filename]
    if len(named) != 1:
        raise ZipError(f"{len(named)} tables in it", f"one ({', '.join(endings)})")
    return named[0]


def look_over(archive: zipfile.ZipFile, caps: Caps) -> None:
    """Refuses by what the directory claims, for what is unpacked by another program's rules. Raises ZipError."""
    total = packed = 0
    for member in archive.infolist():
        refuse_bomb(member.file_size, member.compress_size, caps)
        total += member.file_size
        packed += member.compress_size
    refuse_bomb(total, packed, dataclasses.replace(caps, bytes=caps.total))


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, caps: Caps) -> bytes:
    """The bytes of a member. Raises ZipError."""
    return b"".join(pieces(archive, member, caps))


def pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo, caps: Caps) -> Iterator[bytes]:
    """The bytes of a member piece by piece: what its directory claims is not believed. Raises ZipError."""
    if member.flag_bits & 1:
        raise ZipError("a file that wants a password", "one without")
    size = 0
    try:
        with archive.open(member) as packed:
            while piece := packed.read(_PIECE):
                size += len(piece)
                refuse_bomb(size, member.compress_size, caps)
                yield piece
    except ZipError:
        raise
    except _BROKEN as error:
        raise ZipError("a part that does not unpack", "a whole file; pack it anew") from error


def refuse_bomb(size: int, packed: int, caps: Caps) -> None:
    """Raises ZipError where so many bytes are more than the caps, or than so few packed ones can hold."""
    if size > caps.bytes:
        most = _megabytes(caps.bytes)
        raise ZipError(f"more than {most} when unpacked", f"at most {most}")
    if size > RATIO_FROM and size > caps.ratio * max(packed, 1):
        found = f"bytes packed more than {caps.ratio} to 1"
        raise ZipError(found, f"at most {caps.ratio} to 1: nothing written packs so tightly")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB" if size >= 1e6 else f"{size / 1e6:.3g} MB"
