"""One indicator of one country in the open: every number between evidence and x (scoring.md §4)."""

from dataclasses import dataclass

from indicators.scoring.catalogue import Catalogue
from indicators.scoring.days import Day
from indicators.scoring.errors import UnknownIndicatorError
from indicators.scoring.events import EventDetail, event_details
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.kernel import score
from indicators.scoring.parameters import Parameters
from indicators.scoring.series_rows import SeriesRows
from indicators.scoring.units import Units


@dataclass(frozen=True, slots=True)
class IndicatorDetail:
    """An indicator at (t, k).

    Attributes
    ----------
    x, g, h, h_z, m_pos, m_neg, kappa
        As in `Scores`.
    events
        Its events, risk and mitigation.
    """

    indicator: str
    x: float
    g: float
    h: float
    h_z: float
    m_pos: float
    m_neg: float
    kappa: float
    events: tuple[EventDetail, ...]

    @property
    def strength(self) -> dict[str, float]:
        """A of each event that points to risk, by event."""
        return {event.ref: event.strength for event in self.events if event.polarity > 0}

    @property
    def decay(self) -> dict[str, float]:
        """δ of each event that points to risk, by event."""
        return {event.ref: event.decay for event in self.events if event.polarity > 0}


def indicator_detail(
    evidence: EvidenceRows,
    series: SeriesRows,
    catalogue: Catalogue,
    parameters: Parameters,
    country: int,
    indicator: str,
    t: Day,
    k: Day,
) -> IndicatorDetail:
    """Everything between the evidence of one indicator and its x.

    Raises
    ------
    UnknownIndicatorError
        For a code that the catalogue does not have.
    """
    if indicator not in catalogue.position:
        raise UnknownIndicatorError("indicator detail", indicator, "an indicator of the catalogue")
    number = catalogue.position[indicator]
    result = score(evidence, series, catalogue, parameters, Units.of(country, t, k))
    names = ("x", "g", "h", "h_z", "m_pos", "m_neg", "kappa")
    mine = evidence.where(evidence.indicator == number)
    events = event_details(mine, parameters, country, t, k)
    values = {name: float(getattr(result, name)[0, number]) for name in names}
    return IndicatorDetail(indicator=indicator, events=tuple(events), **values)
