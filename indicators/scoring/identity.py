"""What a score was made of and from: digests over inputs, never over floats (scoring.md §5)."""

import hashlib
import json
from collections.abc import Iterable

from indicators.scoring.catalogue import Catalogue
from indicators.scoring.parameters import Parameters


def method_json(parameters: Parameters, catalogue: Catalogue) -> str:
    """Canonical JSON of a method version: formula id, parameters, catalogue in its order."""
    entries = json.dumps(
        [[e["id"], e["factor"], e["nature"], repr(e["weight"])] for e in catalogue.entries()],
        separators=(",", ":"),
    )
    given = parameters.canonical_json()
    return f'{{"catalogue":{entries},"formula":"{parameters.formula}","parameters":{given}}}'


def method_sha256(parameters: Parameters, catalogue: Catalogue) -> str:
    """Identity of a method version, 64 hexadecimal digits."""
    return hashlib.sha256(method_json(parameters, catalogue).encode()).hexdigest()


def input_digest(rows: Iterable[tuple[str, int, int]]) -> str:
    """SHA-256 over the sorted (kind, row id, version) of everything that a score read."""
    text = "\n".join(f"{kind}:{row}:{version}" for kind, row, version in sorted(rows))
    return hashlib.sha256(text.encode()).hexdigest()
