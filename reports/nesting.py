"""Files within files: how deep they are followed, and how much may come in one file that somebody sent.

The caps hold for all that comes in the outermost file together: a reader sees one layer, and many layers that are each
within its caps can be a flood.
"""

import dataclasses
from collections.abc import Sequence

from django.db.models import BigIntegerField, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from reports.models import CustodyEntry, Retrieval
from reports.readers.draft import CarriedFile, ItemProblem
from reports.zips import RATIO_FROM

DEPTH_MAX = 3  # a document in a ZIP on a mail in a ZIP; deeper nests nobody packs by hand
FILES_MAX = 200  # in all: a ZIP of a hundred mails with a document each
BYTES_MAX = 120 * 2**20  # in all: an attachment counts with its mail and by itself
RATIO_MAX = 200  # bytes in all for one byte of the outermost file


@dataclasses.dataclass(slots=True)
class Room:
    """What may still come in the outermost file."""

    files: int
    bytes: int

    def takes(self, size: int) -> bool:
        """Whether a file of `size` bytes has room; it is counted if so."""
        if self.files < 1 or self.bytes < size:
            return False
        self.files -= 1
        self.bytes -= size
        return True


def followed(
    carried: Sequence[CarriedFile], *, of: Retrieval
) -> tuple[tuple[CarriedFile, ...], tuple[ItemProblem, ...]]:
    """Those of the files carried in `of` that are read in turn, and why each of the others is not."""
    above = _above(of)
    if len(above) >= DEPTH_MAX:
        return (), tuple(_problem(number, _too_deep()) for number in range(1, len(carried) + 1))
    if not carried:
        return (), ()
    room = _room_in(above[-1] if above else of.pk)
    taken: list[CarriedFile] = []
    problems: list[ItemProblem] = []
    for number, file in enumerate(carried, 1):
        if room.takes(len(file.payload)):
            taken.append(file)
        else:
            problems.append(_problem(number, _too_much()))
    return tuple(taken), tuple(problems)


def _above(of: Retrieval) -> list[int]:
    """Numbers of the files that it came in, the outermost last."""
    found: list[int] = []
    number = of.came_with_id
    while number is not None:
        found.append(number)
        number = Retrieval.objects.values_list("came_with_id", flat=True).get(pk=number)
    return found


def _room_in(outermost: int) -> Room:
    """Two workers that read what came in the same file ask one after the other: the row of the outermost is held."""
    Retrieval.objects.select_for_update().values_list("pk").get(pk=outermost)
    inside = _inside(outermost)
    size = _bytes_of([outermost])
    most = min(BYTES_MAX, max(RATIO_FROM, RATIO_MAX * size))
    return Room(FILES_MAX - len(inside), most - _bytes_of(inside))


def _inside(outermost: int) -> list[int]:
    """Numbers of all that came in it, however deep."""
    found: list[int] = []
    layer = [outermost]
    while layer:
        layer = list(Retrieval.objects.filter(came_with__in=layer).values_list("pk", flat=True))
        found += layer
    return found


def _bytes_of(retrievals: list[int]) -> int:
    """As they came, by the custody rows: the bytes themselves move on to reports or are let go of."""
    deeds = (CustodyEntry.Deed.RECEIVED, CustodyEntry.Deed.FETCHED)
    rows = CustodyEntry.objects.filter(retrieval__in=retrievals, deed__in=deeds)
    total: int | None = rows.aggregate(n=Sum(Cast(KT("details__size"), BigIntegerField())))["n"]
    return total or 0


def _problem(number: int, reason: str) -> ItemProblem:
    return ItemProblem(f"file {number} in it", reason)


def _too_deep() -> str:
    return f"found more than {DEPTH_MAX} files within each other; wanted at most that; send it by itself"


def _too_much() -> str:
    most = f"{FILES_MAX} files, {BYTES_MAX // 2**20} MB and {RATIO_MAX} times its size"
    return f"found more in the file that was sent than {most}; wanted at most that in all; send it by itself"
