"""Loads the catalogue of measures; safe to run twice, and corrected by loading a newer file."""

import dataclasses
from pathlib import Path

from django.db import transaction

from alerts.models import Measure
from alerts.situations.measures import FILE, CatalogueError, MeasureText, read_catalogue


@transaction.atomic
def load_measures(*, path: Path = FILE) -> int:
    """The file's measures as rows; how many. One that the file leaves out stays for its responses, offered no more.

    A code keeps its meaning: the title of a measure that somebody took changes only where the file says `same_as`.
    Raises CatalogueError.
    """
    catalogue = read_catalogue(path)
    _refuse_new_meanings(path.name, catalogue)
    for measure in catalogue:
        said = dataclasses.asdict(measure)
        lists = {name: list(said[name]) for name in ("pillars", "spheres", "timings", "factors")}
        del said["same_as"]
        Measure.objects.update_or_create(code=said.pop("code"), defaults=said | lists | {"is_offered": True})
    Measure.objects.exclude(code__in=[measure.code for measure in catalogue]).update(is_offered=False)
    return len(catalogue)


def _refuse_new_meanings(file: str, catalogue: tuple[MeasureText, ...]) -> None:
    taken = dict(Measure.objects.filter(responses__isnull=False).values_list("code", "title"))
    for one in catalogue:
        if taken.get(one.code, one.title) != one.title and one.same_as != one.code:
            raise CatalogueError(
                f"{file}, {one.code}: found another title, with responses on it; wanted "
                f'same_as = "{one.code}" where it is the same measure, else another code'
            )
