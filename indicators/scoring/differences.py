"""What differs between two versions of the method, key by key."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One key in which two versions differ.

    Attributes
    ----------
    key : str
        Path with points between its parts, such as ``H.dynamic``.
    old, new
        What stands there; None where the version does not have the key.
    """

    key: str
    old: Any
    new: Any

    @property
    def is_added(self) -> bool:
        """Whether only the new version says anything here."""
        return self.old is None


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Compare two mappings of parameters, goalposts and whatever else a version says.

    Parameters
    ----------
    old, new : mapping
        Keys to numbers, texts, lists or further mappings; lists are compared whole.

    Returns
    -------
    list of Difference
        Sorted by key; empty where both say the same.
    """
    before, after = dict(_leaves(old, "")), dict(_leaves(new, ""))
    return [
        Difference(key, before.get(key), after.get(key))
        for key in sorted(before.keys() | after.keys())
        if _text(before.get(key)) != _text(after.get(key))
    ]


def _leaves(value: Mapping[str, Any], path: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, part in value.items():
        name = f"{path}.{key}" if path else str(key)
        found += _leaves(part, name) if isinstance(part, Mapping) and part else [(name, part)]
    return found


def _text(value: Any) -> str:
    """One text per value: 5 and 5.0 are the same."""
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    return json.dumps(whole, sort_keys=True, default=str)
