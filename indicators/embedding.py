"""A passage as numbers, by the small model that the extra `embeddings` installs; no other module knows its package.

Two files of the package are read and nothing else: its own code, which can download, is never run.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import importlib.util
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

PACKAGE = "wordllama"
DIMENSIONS = 256
INSTALL = "uv sync --extra embeddings"
_WEIGHTS, _TENSOR = "weights/l2_supercat_256.safetensors", "embedding.weight"
_TOKENS = "tokenizers/l2_supercat_tokenizer_config.json"

Embed = Callable[[str], tuple[float, ...]]


class EmbeddingRefused(ValueError):
    """No embedding, or not the one that is wanted; says what was found, what was wanted and what to do."""


@dataclasses.dataclass(frozen=True, slots=True)
class Encoder:
    """What makes the numbers: a package, and the SHA-256 of the two files of it that are read."""

    package: str
    version: str
    weights: str
    tokens: str

    def __str__(self) -> str:
        return f"{self.package} {self.version} (weights {self.weights[:12]}, tokenizer {self.tokens[:12]})"


def found() -> Encoder:
    """What is installed here; its files are hashed, not loaded. Raises EmbeddingRefused."""
    folder = _folder()
    try:
        weights, tokens = (_sha256(folder / name) for name in (_WEIGHTS, _TOKENS))
    except OSError as error:
        raise EmbeddingRefused(
            f"found {PACKAGE} without {Path(str(error.filename)).name}; wanted the model in the package: "
            f"reinstall it ({INSTALL})"
        ) from error
    return Encoder(PACKAGE, version(PACKAGE), weights, tokens)


def embed_as(wanted: Mapping[str, Any]) -> Embed:
    """The embedding that a stored model names: of the same two files, in whichever release. Raises EmbeddingRefused."""
    here = found()
    try:
        then = Encoder(**wanted)
    except TypeError as error:
        raise EmbeddingRefused("found a model that does not name its encoder in full: train a new one") from error
    if (here.weights, here.tokens) != (then.weights, then.tokens):
        raise EmbeddingRefused(f"found {here}; wanted {then}: install that release, or train a new model with this one")
    return embed


def embed(text: str) -> tuple[float, ...]:
    """The mean of the vectors of the text's tokens, at length 1; zeros of an empty text. Raises EmbeddingRefused."""
    tokenizer, weights = _loaded(_folder())
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    if not ids:
        return (0.0,) * DIMENSIONS
    mean = weights[ids].astype(np.float64).mean(axis=0)
    return tuple((mean / (np.linalg.norm(mean) or 1.0)).tolist())


def _folder() -> Path:
    """Where the package lies; it is looked up, not imported."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddingRefused(f"found no package {PACKAGE}; wanted the extra `embeddings`: install it ({INSTALL})")
    return Path(spec.origin).parent


@functools.lru_cache(maxsize=2)
def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.lru_cache(maxsize=1)
def _loaded(folder: Path) -> tuple[Any, Any]:
    """Tokenizer and vectors, once a process; 16 MB."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(folder / _TOKENS)), load_file(folder / _WEIGHTS)[_TENSOR]
