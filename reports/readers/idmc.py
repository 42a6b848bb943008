"""IDMC: people internally displaced by conflict and violence, at the end of each year, as UNHCR's package passes it on.

Source: Internal Displacement Monitoring Centre, https://www.internal-displacement.org; one row a country and year.
"""

from reports.readers.draft import ReaderError, ReportDraft, SourceDraft
from reports.readers.editions import text_of, year_of
from reports.readers.published import Published, Series, code_at, number_at, release, years
from reports.readers.table import rows_of

DISPLACED = Series("idmc-conflict", "People internally displaced by conflict, end of the year", "people")
SERIES = (DISPLACED,)
TERMS = "CC BY 4.0 as the package that carries it states"
IDMC = SourceDraft(
    slug="idmc",
    name="Internal Displacement Monitoring Centre",
    family="idmc",
    family_name="Internal Displacement Monitoring Centre",
    reliability="B",
    licence=TERMS,
    url="https://www.internal-displacement.org/database/displacement-data/",
)


def read(payload: bytes) -> ReportDraft:
    """The file as a dataset report; its day comes from the sender. Raises ReaderError."""
    newest = max(one.period_start.year for one in published(payload))
    return release(IDMC, f"IDMC, internal displacement by conflict, figures to {newest}")


def published(payload: bytes) -> tuple[Published, ...]:
    """People per country and year, in the file's order. Raises ReaderError."""
    found: dict[tuple[str, int], Published] = {}
    wanted = ("year", "coo_name", "coo_iso", "total")
    for line, (year_text, name, code_text, total) in rows_of(text_of(payload), wanted):
        year = year_of(year_text, line=line, column="year")
        code = code_at(code_text, line=line, column="coo_iso")
        if (code, year) in found:
            raise ReaderError(f"line {line}", f"{code} a second time in {year}", "each country once a year")
        if total in {"", "NA"}:
            continue
        value = number_at(total, line=line, column="total", most=1e9)
        found[code, year] = Published(DISPLACED.slug, code, name[:100], *years(year, year), value)
    if not found:
        raise ReaderError("column total", "no figure in any line", "numbers of people")
    return tuple(found.values())
