"""Small datasets of our own making, in the form of the real ones."""

from collections.abc import Sequence

UNHCR_HEADER = (
    "year,coo_name,coo,coo_iso,coa_name,coa,coa_iso,refugees,asylum_seekers,returned_refugees,idps,returned_idps,"
    "stateless,ooc,oip,hst"
)
PTS_HEADER = (
    "Country,Country_OLD,Year,COW_Code_A,COW_Code_N,WordBank_Code_A,UN_Code_N,Region,PTS_A,PTS_H,PTS_S,"
    "NA_Status_A,NA_Status_H,NA_Status_S"
)
INFORM_HEADER = "CountryName,Iso3,ValidityYear,IndicatorName,IndicatorScore,Unit"
CORRUPTION = ("Corruption Perception Index", "0-100")
GOVERNMENT = ("Government Effectiveness", "-2.5 / 2.5")
FOOD = ("Prevalence of undernourishment (% of population)", "[%]")
POVERTY = ("Multidimensional Poverty Index", "Index")
NEWEST = ("Urban population growth (annual %)", "[%]")  # not read: it only says of which edition the file is


def unhcr_csv(*rows: tuple[int, str, str, str, float, float, float, float | None]) -> bytes:
    """(year, UNHCR's code and ISO code of origin, of asylum, refugees, asylum seekers, displaced inside, others)."""
    lines = [
        f"{year}.0,Origin {origin},{origin},{iso3},Asylum,{asylum},{asylum},{refugees},{seekers},9.0,{inside},9.0,"
        f"9.0,9.0,{'' if others is None else others},9.0"
        for year, origin, iso3, asylum, refugees, seekers, inside, others in rows
    ]
    return "\n".join([UNHCR_HEADER, *lines, ""]).encode()


def pts_csv(*rows: tuple[str, int, str, str, str, str], encoding: str = "latin-1") -> bytes:
    """(name, year, World Bank code, level by Amnesty, by Human Rights Watch, by the State Department)."""
    lines = [
        f'"{name}","{name}",{year},XXX,1,{code},1,eca,{amnesty},{watch},{state},0,88,0'
        for name, year, code, amnesty, watch, state in rows
    ]
    return "\n".join([PTS_HEADER, *lines, ""]).encode(encoding)


def inform_csv(*rows: tuple[str, int, tuple[str, str], Sequence[str]], newest: int = 2025) -> bytes:
    """(ISO code, year of validity, name and unit of the indicator, its numbers): one line a number."""
    lines = [
        f'Country {iso3},{iso3},{year},"{name}",{number},{unit}'
        for iso3, year, (name, unit), numbers in rows
        for number in numbers
    ]
    lines += [f'Country NAM,NAM,{newest},"{NEWEST[0]}",1.5,{NEWEST[1]}', f"Country NAM,NAM,{newest},,4.1,0-10"]
    return "\n".join([INFORM_HEADER, *lines, ""]).encode()
