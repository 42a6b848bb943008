"""Everything numeric in the method (scoring.md §3, §4, §5).

A parameter set belongs to a method version and is never a setting. The keys of the mapping are those of the
golden file; `Parameters` gives them names that a reader can say.
"""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Self

from indicators.scoring.errors import MissingKeyError, ParameterError, UnknownKeyError

FORMULA: Final = "FA-1.0.0"
NATURES: Final = ("structural", "record", "dynamic", "trigger")
RELIABILITIES: Final = ("A", "B", "C", "D", "E", "F")
CREDIBILITIES: Final = ("1", "2", "3", "4", "5", "6")
PROFILES: Final = ("genocide", "cah", "war")
FACTORS: Final = 14
LEVELS: Final = 5

_TABLES: Final = {
    "rel": RELIABILITIES,
    "cred": CREDIBILITIES,
    "H": NATURES,
    "rho": NATURES,
    "Hcov": NATURES,
}
_OPTIONAL: Final = frozenset(
    {"xi", "B", "sigma", "percentiles", "coverage_cuts", "alarm_days", "alarm_points", "concentration"}
    | {"blackout_days", "blackout_past", "blackout_least_past", "blackout_share", "blackout_tail", "blackout_expected"}
)
_LARGEST: Final = sys.float_info.max
_LEAST: Final = 1e-6
_MOST: Final = 1e6
_CENTURY_DAYS: Final = 36_500  # days that are looked back over stay days of the calendar
_FACTOR_NAMES: Final = frozenset(str(factor) for factor in range(1, FACTORS + 1))  # 1.0 is none of them


@dataclass(frozen=True, slots=True)
class Parameters:
    """One frozen parameter set; defaults are those of the shipped one.

    Tables by nature follow `NATURES`, by grade `RELIABILITIES` and `CREDIBILITIES`, by profile `PROFILES`.
    """

    reliability: tuple[float, ...] = (0.95, 0.80, 0.60, 0.40, 0.10, 0.40)
    credibility: tuple[float, ...] = (0.95, 0.80, 0.60, 0.35, 0.10, 0.40)
    half_life_days: tuple[float, ...] = (1825, 3650, 365, 90)
    full_event: tuple[float, ...] = (0.90, 0.80, 0.60, 0.80)  # ρ: x of one certain, maximal, fresh event
    coverage_half_life_days: tuple[float, ...] = (1095, 1825, 365, 180)
    mitigation_rate: float = math.log(2)  # μ: x = g·exp(−μ·m⁻) = g·2^(−m⁻)
    coverage_scale: float = 0.5  # n0
    series_full: float = 0.8  # ω: x of a fresh series at its upper goalpost
    fresh_days: float = 730
    fresh_half_life_days: float = 1095
    factor_target: float = 0.8
    reference_fraction: float = 0.3
    reference_min: float = 2.0
    weight_common: float = 0.6
    weight_specific: float = 0.4
    common: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7, 8)
    specific: tuple[tuple[int, ...], ...] = ((9, 10), (11, 12), (13, 14))
    cuts: tuple[float, ...] = (10, 20, 35, 50)
    band: float = 5
    dwell: int = 2
    coverage_for_low: float = 0.5
    xi: float = 0.05
    replicates: int = 200
    sigma: float = 0.25
    percentiles: tuple[float, ...] = (0.05, 0.5, 0.95)
    coverage_cuts: tuple[float, ...] = (0.2, 0.5)
    alarm_days: int = 90
    alarm_points: float = 5
    concentration: float = 0.5
    blackout_days: int = 90
    blackout_past: int = 730  # days of its own past that reporting is held against
    blackout_least_past: int = 365
    blackout_share: float = 0.33  # of the expected reports
    blackout_tail: float = 0.01  # P of so few reports or fewer
    blackout_expected: float = 5  # fewer expected: nothing is said
    formula: str = FORMULA

    def __post_init__(self) -> None:
        """Refuse what the formulas cannot take.

        Raises
        ------
        ParameterError
            Naming the parameter, what was found and what was wanted.
        """
        for field in fields(self):
            _finite(field.name, getattr(self, field.name), field.default)
        for name, wanted, holds in _rules(self):
            if not holds:
                raise ParameterError(f"parameter {_KEY_OF[name]}", getattr(self, name), wanted)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], *, base: "Parameters | None" = None) -> Self:
        """Read a mapping with the keys of the golden file.

        Parameters
        ----------
        mapping : mapping
            ``rel``, ``cred``, ``H`` and so on; ``xi``, ``B``, ``sigma``, ``percentiles``, ``coverage_cuts``,
            ``alarm_days``, ``alarm_points``, ``concentration`` and those of the reporting blackout are the shipped
            ones where left out.
        base : Parameters, optional
            Where given, supplies every key that the mapping lacks.

        Raises
        ------
        UnknownKeyError, MissingKeyError, ParameterError
            By name.
        """
        _refuse_keys("parameters", mapping, _KEYS, frozenset(_KEYS) if base else _OPTIONAL)
        values = {field: _read(key, mapping[key]) for key, field in _KEYS.items() if key in mapping}
        return cls(**values) if base is None else cls(**{**_as_fields(base), **values})

    def as_mapping(self) -> dict[str, Any]:
        """Every parameter under the keys of the golden file."""
        return {key: _write(key, getattr(self, field)) for key, field in _KEYS.items()}

    def canonical_json(self) -> str:
        """One text per parameter set: keys sorted, no spaces, whole numbers without a point."""
        return json.dumps(_plain(self.as_mapping()), sort_keys=True, separators=(",", ":"), allow_nan=False)

    def with_(self, **changes: Any) -> "Parameters":
        """Copy with some fields changed, checked again."""
        return replace(self, **changes)


_KEYS: Final = {
    "method": "formula",
    "rel": "reliability",
    "cred": "credibility",
    "H": "half_life_days",
    "rho": "full_event",
    "Hcov": "coverage_half_life_days",
    "mu": "mitigation_rate",
    "n0": "coverage_scale",
    "omega": "series_full",
    "q_fresh": "fresh_days",
    "q_half": "fresh_half_life_days",
    "F_target": "factor_target",
    "ref_frac": "reference_fraction",
    "ref_min": "reference_min",
    "Wcommon": "weight_common",
    "Wspec": "weight_specific",
    "common": "common",
    "spec": "specific",
    "up": "cuts",
    "band": "band",
    "dwell": "dwell",
    "K_min_for_low": "coverage_for_low",
    "xi": "xi",
    "B": "replicates",
    "sigma": "sigma",
    "percentiles": "percentiles",
    "coverage_cuts": "coverage_cuts",
    "alarm_days": "alarm_days",
    "alarm_points": "alarm_points",
    "concentration": "concentration",
    "blackout_days": "blackout_days",
    "blackout_past": "blackout_past",
    "blackout_least_past": "blackout_least_past",
    "blackout_share": "blackout_share",
    "blackout_tail": "blackout_tail",
    "blackout_expected": "blackout_expected",
}


_KEY_OF: Final = {field: key for key, field in _KEYS.items()}  # whoever reads an error wrote the key, not the field


def _as_fields(parameters: Parameters) -> dict[str, Any]:
    return {field.name: getattr(parameters, field.name) for field in fields(parameters)}


def _refuse_keys(place: str, found: Mapping[str, Any], known: Mapping[str, Any], optional: frozenset[str]) -> None:
    if unknown := sorted(set(found) - set(known)):
        raise UnknownKeyError(place, unknown[0], f"one of {', '.join(known)}")
    if missing := [key for key in known if key not in found and key not in optional]:
        raise MissingKeyError(place, missing[0])


def _read(key: str, value: Any) -> Any:
    names = _TABLES.get(key) or (PROFILES if key == "spec" else None)
    if names is not None:
        if not isinstance(value, Mapping):
            raise ParameterError(f"parameter {key}", value, f"a mapping of {', '.join(names)}")
        _refuse_keys(f"parameter {key}", value, dict.fromkeys(names), frozenset())
        return tuple(_sequence(key, value[name]) for name in names)
    return _sequence(key, value)


def _sequence(key: str, value: Any) -> Any:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(value)
    if isinstance(value, Mapping) or value is None:
        raise ParameterError(f"parameter {key}", value, "a number or a list of numbers")
    return value


def _write(key: str, value: Any) -> Any:
    names = _TABLES.get(key) or (PROFILES if key == "spec" else None)
    if names is not None:
        return {name: _write("", part) for name, part in zip(names, value, strict=True)}
    return list(value) if isinstance(value, tuple) else value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _finite(name: str, value: Any, like: Any) -> None:
    """Refuse what is not made of finite numbers in the shape of the shipped value."""
    if name == "formula":
        if value != FORMULA:
            raise ParameterError("parameter method", value, FORMULA)
    elif isinstance(like, tuple):
        if not isinstance(value, tuple):
            raise ParameterError(f"parameter {_KEY_OF[name]}", value, "a list of numbers")
        for part in value:
            _finite(name, part, like[0])
    elif isinstance(value, bool) or not isinstance(value, (int, float)) or not -_LARGEST <= value <= _LARGEST:
        raise ParameterError(f"parameter {_KEY_OF[name]}", value, "a finite number")


def _rules(p: Parameters) -> list[tuple[str, str, bool]]:
    """(field, what was wanted, whether it holds) of every rule."""
    return [*_table_rules(p), *_scalar_rules(p), *_level_rules(p)]


def _table_rules(p: Parameters) -> list[tuple[str, str, bool]]:
    share = "numbers in (0, 1), one per grade or nature"
    days = "a number of days from 0.000001 to 1,000,000 per nature"
    factors = "different factors from 1 to 14"
    apart = [*p.common, *(factor for pair in p.specific for factor in pair)]
    possible = all(repr(factor) in _FACTOR_NAMES for factor in apart) and len(set(apart)) == len(apart)
    return [
        ("reliability", share, len(p.reliability) == 6 and all(0 < v < 1 for v in p.reliability)),
        ("credibility", share, len(p.credibility) == 6 and all(0 < v < 1 for v in p.credibility)),
        ("full_event", share, len(p.full_event) == 4 and all(0 < v < 1 for v in p.full_event)),
        ("half_life_days", days, len(p.half_life_days) == 4 and _scales(p.half_life_days)),
        (
            "coverage_half_life_days",
            days,
            len(p.coverage_half_life_days) == 4 and _scales(p.coverage_half_life_days),
        ),
        ("common", factors, possible and len(p.common) > 0),
        (
            "specific",
            "two or more factors for each of three profiles",
            len(p.specific) == 3 and all(p.specific),
        ),
    ]


def _scales(values: tuple[float, ...]) -> bool:
    """Whether one can divide by each of them and stay within what a float holds."""
    return all(_LEAST <= value <= _MOST for value in values)


def _scalar_rules(p: Parameters) -> list[tuple[str, str, bool]]:
    rules = [
        (name, "a number in (0, 1)", 0 < getattr(p, name) < 1)
        for name in (
            *("series_full", "factor_target", "reference_fraction", "concentration"),
            *("blackout_share", "blackout_tail"),
        )
    ]
    rules += [
        (name, "a number from 0 to 1", 0 <= getattr(p, name) <= 1)
        for name in ("weight_common", "weight_specific", "coverage_for_low", "xi")
    ]
    rules += [
        (name, "a number from 0 to 1,000,000", 0 <= getattr(p, name) <= _MOST)
        for name in ("mitigation_rate", "fresh_days", "band", "alarm_points")
    ]
    rules += [("sigma", "a number from 0 to 10", 0 <= p.sigma <= 10)]
    rules += [
        (name, "a number from 0.000001 to 1,000,000", _LEAST <= getattr(p, name) <= _MOST)
        for name in ("coverage_scale", "fresh_half_life_days", "reference_min", "blackout_expected")
    ]
    rules += [
        (name, "a whole number of 1 or more", isinstance(getattr(p, name), int) and getattr(p, name) >= 1)
        for name in ("dwell", "replicates")
    ]
    rules += [
        (name, "a whole number of days from 1 to 36,500", isinstance(days, int) and 1 <= days <= _CENTURY_DAYS)
        for name in ("alarm_days", "blackout_days", "blackout_past", "blackout_least_past")
        for days in (getattr(p, name),)
    ]
    rules += [("percentiles", "numbers from 0 to 1", all(0 <= v <= 1 for v in p.percentiles))]
    past = "days, not more than blackout_past"
    rules += [("blackout_least_past", past, p.blackout_least_past <= p.blackout_past)]
    whole = abs(p.weight_common + p.weight_specific - 1) < 1e-12
    return [*rules, ("weight_specific", "the share that Wcommon leaves", whole)]


def _level_rules(p: Parameters) -> list[tuple[str, str, bool]]:
    return [
        (name, f"{size} rising numbers", len(values) == size and list(values) == sorted(set(values)))
        for name, size, values in (
            ("cuts", LEVELS - 1, p.cuts),
            ("percentiles", 3, p.percentiles),
            ("coverage_cuts", 2, p.coverage_cuts),
        )
    ]


SHIPPED: Final = Parameters()
"""The parameter set in use: cuts 10/20/35/50 and ξ = .05, provisional until the first back-test (§4)."""
