"""Readers that no reader may be: each does what a hostile file could make one do. Only tests name them in READERS."""

import os
import sys
import time

from reports.readers.draft import ReportDraft


def read(payload: bytes) -> ReportDraft:
    """Does what the first word of the file says."""
    return {b"loop": _loop, b"sleep": _sleep, b"grow": _grow, b"raise": _raise, b"talk": _talk, b"crash": _crash}.get(
        payload.split(b" ")[0], _tell
    )()


def _loop() -> ReportDraft:
    while True:
        pass


def _sleep() -> ReportDraft:
    time.sleep(60)
    return _tell()


def _grow() -> ReportDraft:
    kept = []
    while True:
        kept.append(bytearray(2**20))


def _raise() -> ReportDraft:
    raise ZeroDivisionError("words of a witness")


def _talk() -> ReportDraft:
    return ReportDraft(kind="document", media_type="text/plain", text="x" * 2**21)


def _crash() -> ReportDraft:
    os.abort()


def _tell() -> ReportDraft:
    """What such a process knows: the names of the environment, and whether Django is there."""
    known = sorted({name.split(".")[0] for name in sys.modules} & {"django", "psycopg2", "celery", "httpx"})
    return ReportDraft(kind="document", media_type="text/plain", text=" ".join([*sorted(os.environ), *known]))
