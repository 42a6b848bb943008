"""How `countries.csv` was made: `python countries/data/compile_countries.py ../shared/data`.

Facts only, from UNSD's M49 list and UNTERM's short names (datasets/country-codes, PDDL), the World Bank's
population (datasets/population, PDDL) and the Gleditsch–Ward state list (andybega/states, MIT).
`SOURCES.md` beside this file says which column came from where, and what was chosen.
"""

from __future__ import annotations

import csv
import re
import sys
import unicodedata
from pathlib import Path

Row = dict[str, str]

OBSERVERS = {"336", "275"}  # Holy See, State of Palestine
NOT_IN_UNTERM = {"384", "792"}  # Côte d’Ivoire, Türkiye: the copy has no names for them
NEVER_JOINED = {"184", "570"}  # Cook Islands, Niue: UNTERM names them, but they are no Members
MEMBERS = 193
LANGUAGES = {  # our column: UNTERM's language, UNSD's file
    "name_en": ("English", "en"),
    "name_fr": ("French", "fr"),
    "name_es": ("Spanish", "es"),
    "name_ru": ("Russian", "ru"),
    "name_zh": ("Chinese", "cn"),
    "name_ar": ("Arabic", "ar"),
}
ARTICLE = re.compile(r"\s*\((?:the|le|la|les|l['’]|el|los|las)\)$")  # "Algérie (l')", "Sudan (the)"
STILL_A_STATE = "9999-12-31"
CORRECTED = {("384", "name_en"): "Côte d’Ivoire"}  # the file has "Ivory Coast"
NOT_OURS = {347, 396, 397, 713}  # Kosovo, Abkhazia, South Ossetia, Taiwan: no UN member or observer State
GW_NAMES = {  # Gleditsch–Ward codes whose English name differs from UNTERM
    101: "VEN", 115: "SUR", 145: "BOL", 200: "GBR", 260: "DEU", 316: "CZE", 325: "ITA", 343: "MKD",
    346: "BIH", 359: "MDA", 365: "RUS", 370: "BLR", 402: "CPV", 437: "CIV", 439: "BFA", 490: "COD",
    510: "TZA", 552: "ZWE", 572: "SWZ", 630: "IRN", 640: "TUR", 652: "SYR", 678: "YEM", 703: "KGZ",
    731: "PRK", 732: "KOR", 775: "MMR", 780: "LKA", 811: "KHM", 812: "LAO", 816: "VNM", 835: "BRN",
    860: "TLS", 987: "FSM", 990: "WSM",
}  # fmt: skip
COLUMNS = [
    "iso2", "iso3", "m49", "gw_code", "region_code", "region", "subregion_code", "subregion", "un_status",
    *LANGUAGES, "name_sort", "population", "population_year",
]  # fmt: skip


def rows_of(path: Path) -> list[Row]:
    """Every cell as text: Namibia's `NA` is a code, not a missing value."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def by_m49(path: Path, column: str) -> dict[str, Row]:
    return {row[column].zfill(3): row for row in rows_of(path) if row[column]}


def short_name(text: str) -> str:
    """Drop the article in parentheses, UNTERM's footnote star and the straight apostrophe."""
    name = unicodedata.normalize("NFC", text).replace("*", "").strip()
    return ARTICLE.sub("", name).replace("'", "’").strip()


def sorting_name(name: str) -> str:
    """Latin letters without marks, so that Côte d’Ivoire sorts after Costa Rica and Türkiye after Tunisia."""
    plain = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", " ", plain.casefold()).strip()


def names_of(m49: str, unterm: dict[str, Row], unsd: dict[str, dict[str, Row]]) -> Row:
    """UNTERM's short names; where the list has none (Côte d’Ivoire, Türkiye), UNSD's."""
    return {
        column: CORRECTED.get((m49, column))
        or short_name(unterm[m49][f"UNTERM {language} Short"] or unsd[code][m49]["Country or Area"])
        for column, (language, code) in LANGUAGES.items()
    }


def members_of(unterm: dict[str, Row]) -> set[str]:
    """UNTERM has short names of Members, observers and two States more; the count shows a gap in the copy."""
    named = {m49 for m49, row in unterm.items() if row["UNTERM English Short"]}
    members = (named | NOT_IN_UNTERM) - OBSERVERS - NEVER_JOINED
    if len(members) != MEMBERS:
        raise SystemExit(f"country-codes.csv: found {len(members)} Members, wanted {MEMBERS}")
    return members


def latest_population(path: Path) -> dict[str, tuple[str, str]]:
    """iso3 → (persons, year), the latest year that the file has for it."""
    latest: dict[str, tuple[str, str]] = {}
    for row in rows_of(path):
        year = row["Year"]
        if row["Value"] and year > latest.get(row["Country Code"], ("", ""))[1]:
            latest[row["Country Code"]] = (str(round(float(row["Value"]))), year)
    return latest


def gleditsch_ward(path: Path, names: dict[str, str]) -> dict[str, int]:
    """iso3 → code of the states that still exist; a state that cannot be placed stops the work."""
    iso3_of = {sorting_name(name): iso3 for iso3, name in names.items()}
    codes: dict[str, int] = {}
    for row in rows_of(path):
        code = int(row["gwcode"])
        if row["end"] != STILL_A_STATE or code in NOT_OURS:
            continue
        iso3 = GW_NAMES.get(code) or iso3_of.get(sorting_name(row["country_name"].replace("&", "and")))
        if iso3 is None or iso3 in codes:
            raise SystemExit(f"{path}: Gleditsch–Ward {code} {row['country_name']}: found {iso3}, wanted one State")
        codes[iso3] = code
    return codes


def compiled(data: Path) -> list[Row]:
    reference = data / "country_ref"
    unsd = {code: by_m49(reference / f"UNSD-{code}.csv", "M49 Code") for _, code in LANGUAGES.values()}
    unterm = by_m49(reference / "country-codes.csv", "M49")
    members = members_of(unterm)
    population = latest_population(reference / "worldbank_population.csv")
    names = {m49: names_of(m49, unterm, unsd) for m49 in members | OBSERVERS}
    english = {unsd["en"][m49]["ISO-alpha3 Code"]: row["name_en"] for m49, row in names.items()}
    gw = gleditsch_ward(data / "gw_states" / "gwstates.csv", english)
    made = []
    for m49, name in names.items():
        place = unsd["en"][m49]
        iso3 = place["ISO-alpha3 Code"]
        persons, year = population.get(iso3, ("", ""))
        made.append({
            "iso2": place["ISO-alpha2 Code"], "iso3": iso3, "m49": m49, "gw_code": str(gw.get(iso3, "")),
            "region_code": place["Region Code"], "region": place["Region Name"],
            "subregion_code": place["Sub-region Code"], "subregion": place["Sub-region Name"],
            "un_status": "observer" if m49 in OBSERVERS else "member",
            **name, "name_sort": sorting_name(name["name_en"]),
            "population": persons, "population_year": year,
        })  # fmt: skip
    return sorted(made, key=lambda row: row["iso3"])


def main(data: Path) -> None:
    with Path(__file__).with_name("countries.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(compiled(data))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
