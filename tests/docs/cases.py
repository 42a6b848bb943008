"""The cases of docs/methodology.md, and the demonstration's countries, in the second program's form."""

import datetime as dt
import json
import tomllib

from indicators.scoring import NATURES, Catalogue
from tests.docs.naive.score import Case, Row, Value
from tests.docs.page import ROOT, chapter, table

DAY = dt.date(2024, 6, 30)
THEN = dt.date(2024, 4, 1)  # 90 days before

FRAMEWORK = json.loads((ROOT / "indicators/framework/un_2014.json").read_text(encoding="utf-8"))
CATALOGUE = Catalogue.from_framework(FRAMEWORK)
INDICATORS = {
    code: (int(factor), NATURES[nature])
    for code, factor, nature in zip(CATALOGUE.codes, CATALOGUE.factor, CATALOGUE.nature, strict=True)
}
PARAMETERS = {row[0].strip("`"): row[1] for row in table(chapter("All parameters"), "Key")}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def of_rows(*rows: Row) -> Case:
    return Case(rows, [], INDICATORS, PARAMETERS)


def made_up() -> Case:
    text = chapter("Worked example: a country that does not exist")
    values = [
        Value(code, float(value), 0.0, 1000.0, day(end), day(known))
        for _, code, value, end, known in table(text, "Series")
    ]
    return Case(_rows(text), values, INDICATORS, PARAMETERS)


def burundi() -> Case:
    """Burundi as the page prints its rows."""
    return of_rows(*_rows(chapter("Worked example: Burundi")))


def _rows(text: str) -> list[Row]:
    return [
        Row(
            code, "" if event == "–" else event, family, grade, int(severity), 1 if polarity == "risk" else -1,
            day(event_on), day(known_on), None if gone == "–" else day(gone),
        )
        for _, code, event, family, grade, severity, polarity, event_on, known_on, gone in table(text, "Row")
    ]  # fmt: skip


def demonstration() -> dict[str, Case]:
    """Every country that the coding notes of the demonstration name, without series."""
    found: dict[str, list[Row]] = {}
    for path in sorted((ROOT / "indicators/demonstration").glob("*.toml")):
        note = tomllib.loads(path.read_text(encoding="utf-8"))
        for claim in (claim for passage in note["passage"] for claim in passage["evidence"]):
            sign, grade = (1 if claim["polarity"] == "risk" else -1), claim["reliability"] + claim["credibility"]
            found.setdefault(claim["country"], []).extend(
                Row(
                    claim["indicator"], claim["event"], claim["family"], grade, claim["severity"], sign,
                    on, note["note"]["published_on"],
                )
                for on in claim["event_on"]
            )  # fmt: skip
    return {iso3: of_rows(*rows) for iso3, rows in found.items()}
