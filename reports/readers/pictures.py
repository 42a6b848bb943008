"""The pictures in a scan: JPEGs, which a PDF keeps as they are, found by their bytes. The PDF itself is not parsed."""

import re

PICTURES_MAX = 100
BYTES_MIN = 4_000  # a smaller one is a stamp or a thumbnail

_BEGINS = re.compile(rb"stream\r?\n(?=\xff\xd8\xff)")
_ENDS, _END_OF_JPEG = b"endstream", b"\xff\xd9"


def jpegs(payload: bytes) -> list[slice]:
    """Where each picture stands, in the order of the file: mostly that of the pages. No byte is looked at twice."""
    found: list[slice] = []
    at = 0
    while len(found) < PICTURES_MAX and (begun := _BEGINS.search(payload, at)):
        at = payload.find(_ENDS, begun.end())
        if at < 0:
            break
        last = payload.rfind(_END_OF_JPEG, begun.end(), at)
        if last + len(_END_OF_JPEG) - begun.end() >= BYTES_MIN:
            found.append(slice(begun.end(), last + len(_END_OF_JPEG)))
    return found
