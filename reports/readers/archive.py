"""A ZIP of reports: each file in it becomes a report of its own; an archive within it is one of them."""

import zipfile

from reports.readers.draft import CarriedFile, ItemProblem, ReaderError, ReportDraft
from reports.readers.plain import one_line
from reports.readers.zipped import opened, unpacked

FILES_MAX = 100  # what one person sends in a day; more is an archive, for the shell
FILE_BYTES_MAX = 20 * 2**20  # as any other file: REPORT_BYTES_MAX
TOTAL_BYTES_MAX = 60 * 2**20  # as one request of the upload page
NAME_CHARACTERS_MAX = 200

_LITTER = {".ds_store", "thumbs.db", "desktop.ini"}  # what systems leave in folders: nobody sent it


def read(payload: bytes) -> ReportDraft:
    """The files of the archive; what cannot be taken out is a problem, and the others are. Raises ReaderError."""
    if not payload.startswith(b"PK"):
        raise ReaderError("first bytes", "no ZIP file", "a ZIP file, which begins with PK")
    archive = opened(payload, "ZIP")
    members = [member for member in archive.infolist() if not member.is_dir() and not _is_litter(member.filename)]
    if not members:
        raise ReaderError("ZIP", "no file in it", "reports")
    if len(members) > FILES_MAX:
        raise ReaderError("ZIP", f"{len(members):,} files in it", f"at most {FILES_MAX}; send them in parts")
    carried, problems = _taken_out(archive, members)
    if not carried:
        raise ReaderError("ZIP", f"nothing that can be taken out ({problems[0].reason})", "reports")
    return ReportDraft(kind="bundle", media_type="application/zip", carried=carried, problems=problems)


def _taken_out(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]
) -> tuple[tuple[CarriedFile, ...], tuple[ItemProblem, ...]]:
    carried: list[CarriedFile] = []
    problems: list[ItemProblem] = []
    left = TOTAL_BYTES_MAX
    for number, member in enumerate(members, 1):
        place = f"file {number} of the ZIP"
        try:
            payload = unpacked(archive, member, place=place, bytes_max=FILE_BYTES_MAX)
        except ReaderError as error:
            problems.append(ItemProblem(place, str(error).removeprefix(f"{place}: ")))
            continue
        left -= len(payload)
        if left < 0:
            raise ReaderError("ZIP", f"more than {TOTAL_BYTES_MAX // 2**20} MB when unpacked", "less; send it in parts")
        carried.append(CarriedFile(label(member.filename), payload))
    return tuple(carried), tuple(problems)


def label(name: str) -> str:
    """What to call a file by the name that somebody gave it: its last part, in one line; never a path."""
    return one_line(name.replace("\\", "/").rsplit("/", 1)[-1])[:NAME_CHARACTERS_MAX] or "without a name"


def _is_litter(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1].lower() in _LITTER
