"""What a reader's process may say: our own values as JSON with the bytes beside it, built anew and checked.

Never pickle: the process has read a stranger's file, and a pickle from it would run here whatever that file made of it.
"""

import dataclasses
import datetime as dt
import functools
import struct
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import orjson

from reports.readers.draft import FeedDraft, Measured, ReportDraft
from reports.readers.note import Note

_HEAD = struct.Struct("<Q")  # length of the JSON
_BYTES = "\x00bytes"  # key that stands for bytes; no field is called so


class WireError(ValueError):
    """An answer of another shape than wanted; never holds a word of it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of a dataset."""

    rows: tuple[Measured, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What became of a file in a reader's process. One of the values is there, or what was refused, or what broke."""

    extractor: str = ""
    extractor_version: str = ""
    report: ReportDraft | None = None
    feed: FeedDraft | None = None
    figures: Figures | None = None
    note: Note | None = None
    refused: str = ""  # by a ReaderError: its words
    broke: str = ""  # the name of any other exception


def packed(answer: Answer) -> list[bytes]:
    """The pieces to write, one after the other."""
    blobs: list[bytes] = []

    def beside(value: object) -> dict[str, int] | float:
        if isinstance(value, float):  # numpy's
            return float(value)
        if not isinstance(value, bytes):
            raise TypeError(type(value).__name__)
        blobs.append(value)
        return {_BYTES: len(value)}

    said = orjson.dumps(answer, default=beside)
    return [_HEAD.pack(len(said)), said, *blobs]


def unpacked(payload: memoryview) -> Answer:
    """The answer that `packed` was given. Raises WireError."""
    try:
        (length,) = _HEAD.unpack_from(payload)
        end = _HEAD.size + length
        said = orjson.loads(payload[_HEAD.size : end])
        answer: Answer = _built(Answer, said, _Blobs(payload[end:]))
    except (struct.error, ValueError, TypeError, KeyError) as error:
        raise WireError(
            f"answer: found another shape ({type(error).__name__}); wanted the values of a reader"
        ) from error
    return answer


class _Blobs:
    """The bytes beside the JSON, taken in the order in which the JSON names them."""

    def __init__(self, left: memoryview) -> None:
        self._left = left

    def take(self, size: int) -> bytes:
        if not 0 <= size <= len(self._left):
            raise WireError("bytes: found fewer than were named; wanted all")
        taken, self._left = bytes(self._left[:size]), self._left[size:]
        return taken


@functools.cache
def _fields(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _built(wanted: Any, said: Any, blobs: _Blobs) -> Any:
    """`said` as a value of the type `wanted`, and of no other. Raises WireError."""
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
        fields = _fields(wanted)
        if not isinstance(said, dict) or said.keys() != fields.keys():
            raise WireError(f"{wanted.__name__}: found other fields; wanted its own")
        return wanted(**{name: _built(kind, said[name], blobs) for name, kind in fields.items()})
    if wanted is bytes:
        return blobs.take(said[_BYTES])
    if wanted is dt.date:
        return dt.date.fromisoformat(said)
    if wanted is float and type(said) is int:
        return float(said)
    if isinstance(wanted, type) and get_origin(wanted) is None:
        if type(said) is not wanted:
            raise WireError(f"value: found a {type(said).__name__}; wanted a {wanted.__name__}")
        return said
    return _composed(wanted, said, blobs)


def _composed(wanted: Any, said: Any, blobs: _Blobs) -> Any:
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin in (Union, types.UnionType):
        if said is None and type(None) in inner:
            return None
        (kind,) = (one for one in inner if one is not type(None))
        return _built(kind, said, blobs)
    if origin is Literal:
        if said not in inner:
            raise WireError("value: found another word; wanted one of the known")
        return said
    if origin is tuple and isinstance(said, list):
        kinds = [inner[0]] * len(said) if inner[-1] is Ellipsis else list(inner)
        return tuple(_built(kind, one, blobs) for kind, one in zip(kinds, said, strict=True))
    if origin in (dict, Mapping) and isinstance(said, dict):
        return {str(key): _built(inner[1], one, blobs) for key, one in said.items()}
    raise WireError("value: found another type; wanted the field's own")
