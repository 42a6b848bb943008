"""Early Warning Project: the yearly file of its statistical risk assessment, one row a country.

Source: Simon-Skjodt Center, https://earlywarningproject.ushmm.org. Names, no ISO codes; the column of the figure for
two years carries the years in its name, and has had five forms since 2015. Ranks are left where they are.
"""

import re

from reports.readers.draft import TERRITORY_CHARACTERS_MAX, ReaderError, ReportDraft, SourceDraft
from reports.readers.editions import text_of
from reports.readers.places import countries_labelled
from reports.readers.published import Published, Series, number_at, release, years
from reports.readers.table import header_of, rows_of
from reports.text import shown

RISK = Series("ewp-two-years", "New mass killing within two years", "the publisher’s own estimate, 0 to 1")
SERIES = (RISK,)
TERMS = "not stated in the files; figures only, with a link"
EWP = SourceDraft(
    slug="early-warning-project",
    name="Early Warning Project",
    family="early-warning-project",
    family_name="Simon-Skjodt Center for the Prevention of Genocide",
    reliability="B",
    licence=TERMS,
    url="https://earlywarningproject.ushmm.org",
)
# Forms of the column; the groups are the first year and, of the older ones, the last two digits of the second.
_OLDER = re.compile(r"risk_(?:in_)?(\d{4})_(\d{2})")
_OF_2023 = re.compile(r"risk\.(\d{4})and(\d{4})\.from(\d{4})")
_THREE_MODELS = re.compile(r"risk_1or2\.from(\d{4})")
_NAMES = {  # that the project uses and nobody else
    "Burma/Myanmar": "MMR", "Myanmar (Burma)": "MMR", "Democratic Republic of Vietnam": "VNM",
    "Vietnam, Democratic Republic of": "VNM", "Yemen (unified)": "YEM", "Macedonia": "MKD",
    "Macedonia (Former Yugoslav Republic of)": "MKD", "Congo, Democratic Republic of (Zaire)": "COD",
    "Congo-Kinshasa": "COD", "Congo-Brazzaville": "COG", "Iran (Persia)": "IRN", "Tanzania/Tanganyika": "TZA",
    "Burkina Faso (Upper Volta)": "BFA", "Russia (Soviet Union)": "RUS", "Turkey (Ottoman Empire)": "TUR",
    "Cambodia (Kampuchea)": "KHM", "Zimbabwe (Rhodesia)": "ZWE", "Sri Lanka (Ceylon)": "LKA",
    "Kyrgyz Republic": "KGZ", "Korea, People's Republic of": "PRK", "Korea, Republic of": "KOR",
    "Bosnia-Herzegovina": "BIH", "Italy/Sardinia": "ITA", "East Timor": "TLS", "Timor Leste": "TLS",
    "Belarus (Byelorussia)": "BLR", "Surinam": "SUR",
}  # fmt: skip


def read(payload: bytes) -> ReportDraft:
    """The file as a dataset report; its day comes from the sender. Raises ReaderError."""
    first, last = published(payload)[0].period_start.year, published(payload)[0].period_until.year - 1
    return release(EWP, f"Early Warning Project, statistical risk assessment for {first} and {last}")


def published(payload: bytes) -> tuple[Published, ...]:
    """The figure of each country, in the file's order. Raises ReaderError."""
    text = text_of(payload)
    column, first, last = _column(text)
    start, until = years(first, last)
    found: list[Published] = []
    seen: set[str] = set()
    for line, (name, cell) in rows_of(text, ("country", column)):
        if name in seen:
            raise ReaderError(f"line {line}", "a country a second time", "each country once")
        seen.add(name)
        if cell in {"", "NA"}:  # of a country name, "NA" would be a name: Namibia is written out
            continue
        value = number_at(cell, line=line, column=column, most=1)
        found.append(Published(RISK.slug, _territory(name, line), name[:100], start, until, value))
    if not found:
        raise ReaderError(f"column {column}", "no figure in any line", "figures from 0 to 1")
    return tuple(found)


def _column(text: str) -> tuple[str, int, int]:
    """The column of the newest figure for two years, and the two years. Raises ReaderError."""
    header = header_of(text)
    found: list[tuple[str, int, int]] = []
    for column in header:
        if older := _OLDER.fullmatch(column):
            found.append((column, int(older[1]), int(older[1]) // 100 * 100 + int(older[2])))
        elif two := _OF_2023.fullmatch(column):
            found.append((column, int(two[1]), int(two[2])))
        elif three := _THREE_MODELS.fullmatch(column):
            found.append((column, int(three[1]) + 1, int(three[1]) + 2))
    right = [one for one in found if one[2] == one[1] + 1 and 1990 <= one[1] <= 2100]
    if not right:
        forms = "risk_in_2019_20, risk.2023and2024.from2022 or risk_1or2.from2022"
        raise ReaderError("line 1", "no column of a figure for two years", f"one such as {forms}")
    return max(right, key=lambda one: one[1])


def _territory(name: str, line: int) -> str:
    if not name.strip():
        raise ReaderError(f"line {line}, column country", shown(name), "a name")
    labelled = countries_labelled([name])
    return _NAMES.get(name) or (labelled[0] if labelled else name[:TERRITORY_CHARACTERS_MAX].strip())
