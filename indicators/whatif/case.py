"""The changed evidence as a case in the form of the golden file: `manage.py whatif` computes it without a database."""

from typing import Any

from indicators import frames
from indicators.whatif.applied import Applied
from indicators.whatif.reading import Counted, Known, Measured

UNTOLD = "untold-body-"


def case_of(known: Known, applied: Applied) -> dict[str, Any]:
    """What the reader may see of the changed rows, with days and method: ids, codes, grades, numbers and days only."""
    rows = applied.after
    areas: dict[str, str] = {}
    bodies: dict[str, str] = {}
    return {
        "name": f"what-if-{known.country.iso3}-{known.day}-{known.known_on}",
        "note": note_of(known, applied),
        "input": {
            "t": str(known.day),
            "k": str(known.known_on),
            "observations": [
                _observation(row, areas) | _untold(row, known, bodies)
                for row in rows.evidence
                if row.pk not in rows.hidden
            ],
            "series": [_value(row, known.method) for row in rows.series if row.pk not in rows.hidden_series],
            "parameters": known.method.parameters.as_mapping(),
            "catalogue": known.method.catalogue.entries(),
        },
    }


def note_of(known: Known, applied: Applied) -> str:
    """What the file is, and what it lacks."""
    said = [f"Made-up changes: {len(applied.changes)}. Nothing of this is stored."]
    if withheld := len(applied.after.hidden) + len(applied.after.hidden_series):
        said.append(
            f"Left out: {withheld} rows that whoever took this file may not see. They count on the page, so the index "
            "of this case differs from the one shown there."
        )
    if known.untold:
        said.append(
            f"Bodies of which whoever took this file may not know stand as {UNTOLD}1 and so on: that changes the "
            "interval of this case, not its index."
        )
    said.append(f"Method {known.method.version.formula}, SHA-256 {known.method.version.sha256}.")
    return " ".join(said)


def _untold(row: Counted, known: Known, bodies: dict[str, str]) -> dict[str, str]:
    """In place of a body of which the reader may not know: that rows are one body's counts, its name does not."""
    if row.pk not in known.untold:
        return {}
    return {"family": bodies.setdefault(row.family, f"{UNTOLD}{len(bodies) + 1}")}


def _observation(row: Counted, areas: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": row.pk,
        "indicator": row.indicator,
        "family": row.family,
        "grade": row.grade,
        "severity": row.severity,
        "polarity": row.polarity,
        "event_date": str(row.event_on),
        "known_at": str(row.known_on),
    }
    if row.event_key:
        found["event_id"] = row.event_key
    if row.admin1:  # that two rows lie in the same area counts, its name does not
        found["admin1"] = areas.setdefault(row.admin1, f"area-{len(areas) + 1}")
    return found


def _value(row: Measured, method: frames.Method) -> dict[str, Any]:
    post = method.version.goalposts[row.slug]
    return {
        "id": row.pk,
        "indicator": post["indicator"],
        "value": row.value,
        "lo": post["lo"],
        "hi": post["hi"],
        "direction": post["direction"],
        "log": post["log"],
        "period_end": str(row.period_end),
        "known_at": str(row.known_on),
    }
