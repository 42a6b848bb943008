"""Everything a score is computed from, as one value (scoring.md §3)."""

from dataclasses import dataclass

from indicators.scoring.catalogue import Catalogue
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.parameters import Parameters
from indicators.scoring.series_rows import SeriesRows


@dataclass(frozen=True, eq=False, slots=True)
class Given:
    """Two tables of inputs and the method version that reads them.

    Attributes
    ----------
    evidence, series : EvidenceRows, SeriesRows
        Made with the same catalogue and countries; goalposts are already in the series' z.
    catalogue, parameters : Catalogue, Parameters
        The method version.
    """

    evidence: EvidenceRows
    series: SeriesRows
    catalogue: Catalogue
    parameters: Parameters
