"""The one sentence on top: whether the method beats one column decayed."""

from collections.abc import Mapping
from typing import Any

UNKNOWN = (
    "It cannot be said whether this version beats decayed one-sided deaths alone:"
    " those deaths are not known for the tested months."
)
NOT_BEATEN = "This version does not beat decayed one-sided deaths alone."


def verdict(difference: Mapping[str, Any] | None) -> dict[str, Any]:
    """Whether the index separates better than one-sided deaths decayed with two years, by AUC.

    Parameters
    ----------
    difference : mapping or None
        ``auc`` and ``intervals["auc"]`` of index less yardstick; None where there is no yardstick.

    Returns
    -------
    dict
        ``beats``: True only where the whole interval lies above 0; None where it cannot be said. ``sentence``.
    """
    if difference is None:
        return {"beats": None, "sentence": UNKNOWN}
    auc, ends = difference["auc"], difference["intervals"]["auc"]
    said = f"Difference in AUC {signed(auc)}" + (f" ({signed(ends[0])} to {signed(ends[1])})" if ends else "")
    if ends is not None and ends[0] > 0:
        return {"beats": True, "sentence": f"This version beats decayed one-sided deaths alone. {said}."}
    if ends is not None and ends[1] < 0:
        return {"beats": False, "sentence": f"{NOT_BEATEN} It does worse. {said}."}
    return {"beats": False, "sentence": f"{NOT_BEATEN} The two cannot be told apart. {said}."}


def named(sentence: str, method: str) -> str:
    """The sentence as it is shown beside other methods: with the name of the version that was tested."""
    for said in ("This version", "this version"):
        sentence = sentence.replace(said, f"{said}, {method},", 1)
    return sentence


def signed(value: float) -> str:
    """A difference with its sign, to three decimals, with a true minus."""
    return f"{value:+.3f}".replace("-", "−")
