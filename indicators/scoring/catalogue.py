"""The indicators that a method version scores: their factors, natures and weights (scoring.md §3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from indicators.scoring.arrays import F64, I64
from indicators.scoring.errors import CatalogueError, MissingKeyError
from indicators.scoring.parameters import FACTORS, NATURES


@dataclass(frozen=True, eq=False, slots=True)
class Catalogue:
    """I indicators in their order of print.

    Attributes
    ----------
    codes : tuple of str
        Indicator codes, for example ``"7.3"``.
    factor : (I,) int64
        Factor numbers, 1 to 14.
    nature : (I,) int64
        Positions in `NATURES`.
    weight : (I,) float64
        Weights within the factor; 0 or more.
    position : mapping
        Code → position.
    """

    codes: tuple[str, ...]
    factor: I64
    nature: I64
    weight: F64
    position: Mapping[str, int]

    @classmethod
    def from_entries(cls, entries: Iterable[Mapping[str, Any]]) -> Self:
        """Read ``{id, factor, weight, nature}`` entries, in order; weight is 1 where it is left out.

        Raises
        ------
        MissingKeyError, CatalogueError
            Naming the entry, what was found and what was wanted.
        """
        rows = [_entry(number, entry) for number, entry in enumerate(entries)]
        codes = tuple(row[0] for row in rows)
        position: dict[str, int] = {}
        for number, code in enumerate(codes):
            if code in position:
                raise CatalogueError(f"catalogue entry {number}", code, "an id that no other entry has")
            position[code] = number
        return cls(
            codes=codes,
            factor=np.array([row[1] for row in rows], np.int64),
            nature=np.array([row[2] for row in rows], np.int64),
            weight=np.array([row[3] for row in rows], np.float64),
            position=position,
        )

    @classmethod
    def from_framework(cls, framework: Mapping[str, Any]) -> Self:
        """Read the shipped framework file (`indicators/framework/un_2014.json`), every weight 1."""
        return cls.from_entries(
            {
                "id": indicator["code"],
                "factor": factor["number"],
                "weight": 1.0,
                "nature": indicator["nature"],
            }
            for factor in framework["factors"]
            for indicator in factor["indicators"]
        )

    @property
    def size(self) -> int:
        """Number of indicators, I."""
        return len(self.codes)

    def entries(self) -> list[dict[str, Any]]:
        """The catalogue as plain entries, as `from_entries` reads them."""
        return [
            {"id": code, "factor": int(factor), "weight": float(weight), "nature": NATURES[nature]}
            for code, factor, weight, nature in zip(self.codes, self.factor, self.weight, self.nature, strict=True)
        ]


def _entry(number: int, entry: Mapping[str, Any]) -> tuple[str, int, int, float]:
    place = f"catalogue entry {number}"
    for key in ("id", "factor", "nature"):
        if key not in entry:
            raise MissingKeyError(place, key)
    code, factor, nature, weight = entry["id"], entry["factor"], entry["nature"], entry.get("weight", 1.0)
    place = f"catalogue entry {number} ({code})"
    if not isinstance(code, str) or not code:
        raise CatalogueError(place, code, "an id that is a text")
    if isinstance(factor, bool) or not isinstance(factor, int) or not 1 <= factor <= FACTORS:
        raise CatalogueError(place, factor, "a factor from 1 to 14")
    if not isinstance(nature, str) or nature not in NATURES:
        raise CatalogueError(place, nature, f"a nature: {', '.join(NATURES)}")
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight <= 1e6:
        raise CatalogueError(place, weight, "a weight from 0 to 1,000,000")
    return code, factor, NATURES.index(nature), float(weight)
