"""What a replicate draws (docs/methodology.md, The interval); no replicate, `None`, draws nothing."""

from hashlib import sha256
from math import exp, log
from statistics import NormalDist


def digits(kind: str, name: str, b: int) -> str:
    """The first 16 hexadecimal digits, which are 8 bytes."""
    return sha256(f"FA-1.0.0|{kind}|{name}|{b}".encode()).hexdigest()[:16]


def uniform(kind: str, name: str, b: int) -> float:
    return min(max((int(digits(kind, name, b), 16) + 0.5) / 2**64, 2**-64), 1 - 2**-53)


def omega(family: str, b: int | None) -> float:
    return 1.0 if b is None else -log(uniform("family", family, b))


def stretch(name: str, sigma: float, b: int | None) -> float:
    return 1.0 if b is None else exp(sigma * NormalDist().inv_cdf(uniform("param", name, b)))
