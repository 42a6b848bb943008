"""One country's events in the open: what each is worth and since when it fades (scoring.md §4)."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from indicators.scoring.arrays import F64
from indicators.scoring.days import Day
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.masses import decay, half_lives
from indicators.scoring.parameters import Parameters
from indicators.scoring.strength import Grades, Strands, Voices, strengths
from indicators.scoring.units import Units, visible_pairs


@dataclass(frozen=True, slots=True)
class EventDetail:
    """An event of one indicator and polarity as it stands at (t, k).

    Attributes
    ----------
    factor, indicator, polarity
        What it bears on; polarity +1 risk, -1 mitigation.
    ref : str
        Event id, or ``~indicator|admin1|week``.
    strength : float
        A, in [0, 1).
    anchor_on : datetime.date
        Day from which it fades.
    decay : float
        δ, in (0, 1].
    families : tuple of str
        Bodies that attest it, alphabetical.
    """

    factor: int
    indicator: str
    polarity: int
    ref: str
    strength: float
    anchor_on: dt.date
    decay: float
    families: tuple[str, ...]

    @property
    def mass(self) -> float:
        """Share of the indicator's mass, A·δ."""
        return self.strength * self.decay


@dataclass(frozen=True, eq=False, slots=True)
class Events:
    """Events with severity above 0 of one unit, their voices and decay.

    Attributes
    ----------
    voices, strands
        As `strengths` gives them, severity 0 included.
    decay : (S,) float64
        δ of each event.
    """

    rows: EvidenceRows
    voices: Voices
    strands: Strands
    decay: F64


def events_of(
    rows: EvidenceRows, parameters: Parameters, country: int, t: Day, k: Day, omega: F64 | None = None
) -> Events:
    """Events that the country has at (t, k); `omega` as in `strengths`."""
    unit = Units.of(country, t, k)
    voices, strands = strengths(rows, visible_pairs(unit, rows), Grades.of(parameters), omega)
    life = half_lives(rows.catalogue, parameters.half_life_days)[rows.indicator[strands.first]]
    return Events(rows, voices, strands, decay(unit.t[strands.unit] - strands.anchor_on, life))


def event_details(
    evidence: EvidenceRows,
    parameters: Parameters,
    country: int,
    t: Day,
    k: Day,
    *,
    omega: F64 | None = None,
) -> list[EventDetail]:
    """Every event with a severity above 0, in catalogue order, risk and mitigation.

    Parameters
    ----------
    evidence, parameters
        The table and the method's parameters.
    country : int
        Position of the country.
    t, k : date or ordinal
        Day of validity and day of knowledge.
    omega : (families,) float64, optional
        Weights of the families' hazards; 1 for the point score.
    """
    events = events_of(evidence, parameters, country, t, k, omega)
    return [_detail(events, int(number)) for number in np.flatnonzero(events.strands.anchor_on)]


def _detail(events: Events, number: int) -> EventDetail:
    rows, strands = events.rows, events.strands
    row = int(strands.first[number])
    indicator = int(rows.indicator[row])
    return EventDetail(
        factor=int(rows.catalogue.factor[indicator]),
        indicator=rows.catalogue.codes[indicator],
        polarity=int(rows.polarity[row]),
        ref=rows.event_name(row),
        strength=float(strands.strength[number]),
        anchor_on=dt.date.fromordinal(int(strands.anchor_on[number])),
        decay=float(events.decay[number]),
        families=_attesting(events, number),
    )


def _attesting(events: Events, number: int) -> tuple[str, ...]:
    voices = events.voices
    mine = (voices.strand == number) & (voices.hazard[0] > 0)
    return tuple(events.rows.families[family] for family in events.rows.family[voices.first[mine]])
