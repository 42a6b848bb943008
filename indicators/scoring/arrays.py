"""Array types and the two loops without a loop: segments and ranges."""

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
I8 = npt.NDArray[np.int8]
Bool = npt.NDArray[np.bool_]


def segment_starts(*keys: I64) -> I64:
    """Positions at which any of the parallel keys differs from the entry before.

    Parameters
    ----------
    *keys : (N,) int64
        Arrays in which equal entries of one segment stand together.

    Returns
    -------
    (S,) int64
        Start of each segment; empty for N = 0.
    """
    size = keys[0].size
    if size == 0:
        return np.empty(0, np.int64)
    first = np.zeros(size, np.bool_)
    first[0] = True
    for key in keys:
        first[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(first).astype(np.int64, copy=False)


def segment_ids(starts: I64, size: int) -> I64:
    """Number of the segment that each of `size` entries lies in, (N,) int64, from 0."""
    marks = np.zeros(size, np.int64)
    marks[starts[1:]] = 1
    return np.cumsum(marks)


def ranges(starts: I64, lengths: I64) -> I64:
    """Concatenation of arange(start, start + length) for each pair, (sum of lengths,) int64."""
    total = int(lengths.sum())
    if total == 0:
        return np.empty(0, np.int64)
    before = np.cumsum(lengths) - lengths
    return np.asarray(np.arange(total, dtype=np.int64) + np.repeat(starts - before, lengths))
