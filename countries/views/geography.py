"""What the files of the maps hold: which areas there are, and which States are dots or missing."""

import dataclasses
import functools
import json
from typing import Any

from django.contrib.staticfiles import finders


@dataclasses.dataclass(frozen=True, slots=True)
class Geography:
    """What the map's files hold besides areas."""

    points: dict[str, tuple[float, float]]
    neutral: tuple[str, ...]
    missing: frozenset[str]
    apart: tuple[str, ...]  # names of the areas that are no State of the table, alphabetical


@functools.cache
def read_geography() -> Geography:
    """Read once a process: the files come with the code and do not change under it."""
    features = _geo("world.json")["features"]
    neutral = [feature for feature in features if feature["id"].startswith("neutral:")]
    return Geography(
        points={point["id"]: (point["lon"], point["lat"]) for point in _geo("small.json")},
        neutral=tuple(feature["id"] for feature in neutral),
        apart=tuple(sorted(feature["properties"]["name"] for feature in neutral)),
        missing=frozenset(one if isinstance(one, str) else one["id"] for one in _geo("missing.json")),
    )


def _geo(name: str) -> Any:
    found = finders.find(f"geo/{name}")
    if not isinstance(found, str):
        raise FileNotFoundError(f"static/geo/{name} is missing; it comes with the code")
    with open(found, encoding="utf-8") as file:
        return json.load(file)
