"""A made-up GED file: the 49 columns, rows as long as real ones, nothing that ever happened anywhere."""

import io
import random
import zipfile
from collections.abc import Iterator

from reports.readers.ucdp_columns import COLUMNS_49

ROWS_A_DAY = 70
DAYS = tuple(
    f"{year}-{month:02d}-{day:02d}" for year in range(1989, 2025) for month in range(1, 13) for day in range(1, 29)
)
TERRITORIES = tuple(range(700, 712))
ARTICLE = (
    '"""Made-up Agency,{day},Nothing happened in place {place}, says nobody"";'
    '""Invented Daily,{day},A second made-up headline"""'
)
HEADLINE = "Nothing happened in the place that no map shows;A second made-up headline of some length"


def ged_csv(rows: int, *, seed: int = 0) -> bytes:
    """The file with its header; the same for the same seed."""
    text = io.StringIO()
    text.write(",".join(COLUMNS_49) + "\n")
    for line in _lines(rows, seed):
        text.write(line)
    return text.getvalue().encode()


def ged_zip(payload: bytes) -> bytes:
    """The file as a publisher packs it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("GEDEvent_made_up.csv", payload)
    return packed.getvalue()


def _lines(rows: int, seed: int) -> Iterator[str]:
    draw = random.Random(seed)
    for number in range(1, rows + 1):
        day = DAYS[number % len(DAYS)]
        territory = TERRITORIES[number % len(TERRITORIES)]
        place = draw.randrange(3_000)
        kind = 1 + number % 3
        best = int(draw.expovariate(0.3))
        latitude, longitude = draw.uniform(-60, 60), draw.uniform(-170, 170)
        article = ARTICLE.format(day=day, place=place)
        yield (
            f"{number},MAD-{day[:4]}-{kind}-{number % 900}-{number % 97},{day[:4]},1,Clear,{kind},{number % 900},"
            f"{number % 900},Made-up Land: Government,{number % 950},{number % 950},Made-up side A - Made-up side B,"
            f"{number % 400},{number % 400},Made-up side A,{number % 500},{number % 500},Made-up side B,2,{article},"
            f"Made-up Agency;Invented Daily,{day};{day},{HEADLINE},nobody,{1 + number % 7},place {place} town,"
            f"place {place} in the district of nowhere,Province {place % 40},District {place},{latitude:.6f},"
            f"{longitude:.6f},POINT ({longitude:.6f} {latitude:.6f}),{100000 + place},Made-up Land,{territory},Asia,"
            f"{1 + number % 2},{1 + number % 5},{day},{day},{best // 2},{best // 4},{best // 3},0,{best},{best + 2},"
            f"{max(best - 1, 0)},{territory},\n"
        )
