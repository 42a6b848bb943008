"""A ZIP file opened with care: how many members, how large, how tightly packed; nothing is written anywhere."""

import io
import struct
import zipfile
import zlib

from reports.readers.draft import ReaderError

MEMBERS_MAX = 5_000  # entries of the directory that are looked at at all
RATIO_MAX = 200  # bytes out for one byte in; text packs 3 to 10 times, a spreadsheet's XML up to 60
RATIO_FROM = 1_000_000  # bytes: a smaller member may pack as it likes
_PIECE = 1 << 20
_END = b"PK\x05\x06"  # of the directory: the last 22 bytes and a comment of at most 65,535


def opened(payload: bytes, what: str) -> zipfile.ZipFile:
    """The archive, its directory read. Raises ReaderError where it is none or claims too many members."""
    end = payload.rfind(_END, max(0, len(payload) - 65_557))
    if end < 0 or end + 22 > len(payload):
        raise ReaderError(what, "a ZIP file without its end", "the whole file; send it again")
    claimed = struct.unpack("<H", payload[end + 10 : end + 12])[0]
    if claimed > MEMBERS_MAX:
        raise ReaderError(what, f"{claimed:,} files in it", f"at most {MEMBERS_MAX:,}")
    try:
        archive = zipfile.ZipFile(io.BytesIO(payload))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, struct.error) as error:
        raise ReaderError(what, "a broken ZIP file", "one that opens; pack it anew") from error
    if len(archive.infolist()) > MEMBERS_MAX:
        raise ReaderError(what, f"{len(archive.infolist()):,} files in it", f"at most {MEMBERS_MAX:,}")
    return archive


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, place: str, bytes_max: int) -> bytes:
    """The bytes of a member, read piece by piece: what its directory claims is not believed. Raises ReaderError."""
    if member.flag_bits & 1:
        raise ReaderError(place, "a file that wants a password", "one without")
    pieces: list[bytes] = []
    size = 0
    try:
        with archive.open(member) as packed:
            while piece := packed.read(_PIECE):
                size += len(piece)
                _refuse_bomb(size, member.compress_size, place=place, bytes_max=bytes_max)
                pieces.append(piece)
    except (
        zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, struct.error
    ) as error:  # fmt: skip
        if isinstance(error, ReaderError):
            raise
        raise ReaderError(place, "a part that does not unpack", "a whole file; pack it anew") from error
    return b"".join(pieces)


def _refuse_bomb(size: int, packed: int, *, place: str, bytes_max: int) -> None:
    if size > bytes_max:
        raise ReaderError(
            place, f"more than {bytes_max / 1e6:.0f} MB when unpacked", f"at most {bytes_max / 1e6:.0f} MB"
        )
    if size > RATIO_FROM and size > RATIO_MAX * max(packed, 1):
        raise ReaderError(
            place, f"bytes packed more than {RATIO_MAX} to 1", f"at most {RATIO_MAX} to 1: no report packs so tightly"
        )
