"""Independent pieces of one computation, several at a time: numpy lets go of the interpreter while it computes."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

THREADS = 4
"""At most so many pieces at a time, so that memory stays bounded; no result depends on it."""

Part = TypeVar("Part")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Part], Result], parts: Sequence[Part]) -> list[Result]:
    """The result of every part, in the order of the parts."""
    threads = min(THREADS, os.cpu_count() or 1, len(parts))
    if threads < 2:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, parts))
