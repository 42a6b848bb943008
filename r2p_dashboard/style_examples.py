"""Made-up values for the page of parts: what the parts are given on real pages, without a row of the database."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from countries.charts import Chart, layout
from indicators.models import Evidence
from indicators.models.score import Level

DAY = dt.date(2024, 6, 30)
AT = dt.datetime(2024, 6, 29, 12, tzinfo=dt.UTC)
EVIDENCE: tuple[dict[str, Any], ...] = (
    {"status": Evidence.Status.ACCEPTED},
    {"status": Evidence.Status.PROPOSED, "polarity": Evidence.Polarity.MITIGATION},
    {"status": Evidence.Status.RETRACTED, "retracted_at": AT},
)


def evidence(**fields: Any) -> SimpleNamespace:
    """What a card shows, without a row of the database: it has no number, so it links nowhere."""
    source = SimpleNamespace(name="A made-up monitoring body")
    report = SimpleNamespace(
        source=source, title="A made-up report", url="", language="en", is_our_summary=True, published_on=DAY
    )
    shown: dict[str, Any] = {
        "pk": None,
        "grade": "B2",
        "family": source,
        "event_on": DAY,
        "severity": 2,
        "polarity": Evidence.Polarity.RISK,
        "sensitivity": 0,
        "retracted_at": None,
        "passage": SimpleNamespace(
            report=report, text="A sentence that nobody wrote about a place that is not.", locator="¶ 1"
        ),
        "country": SimpleNamespace(name_en="A made-up country", get_absolute_url="#cards"),
        "indicator": SimpleNamespace(code="0.0", label="A made-up sign", factor=SimpleNamespace(number=0)),
        "get_reliability_display": lambda: "B: usually reliable",
        "get_credibility_display": lambda: "2: probably true",
        "get_severity_display": "2: moderate or recurring",
    }
    shown |= fields
    return SimpleNamespace(**shown, get_status_display=shown["status"].label, get_sensitivity_display="public")


def standing(level: Level | None, **fields: Any) -> SimpleNamespace:
    """What the strip of a country shows: judged, undetermined, or with nothing that counts."""
    shown: dict[str, Any] = {
        "level": level,
        "assessed": level is not None,
        "overall": 44.2,
        "coverage": 0.58,
        "interval": (31.0, 52.4),
        "change_90": 2.1,
        "is_first_known": False,
        "is_held": False,
        "is_current": True,
        "last_event_on": DAY if level else None,
        "last_known_on": DAY if level else None,
        "last_reviewed_at": AT if level else None,
        "flags": SimpleNamespace(reporting="usual", reports_recent=4),
        "evidence_count": 12 if level else 0,
        "passages_count": 7,
        "documents_count": 3,
        "leads": True,
        "profiles": [
            SimpleNamespace(title="genocide", value=31.0, is_headline=False, is_known=True),
            SimpleNamespace(title="crimes against humanity", value=44.2, is_headline=True, is_known=True),
            SimpleNamespace(title="war crimes", value=28.5, is_headline=False, is_known=False),
        ],
    }
    return SimpleNamespace(**(shown | fields))


STANDINGS = (
    ("stands-judged", standing(Level.ELEVATED)),
    (
        "stands-undetermined",
        standing(Level.UNDETERMINED, overall=9.4, interval=None, coverage=0.12),
    ),
    ("stands-unassessed", standing(None, interval=None)),
)


def factor(number: int, title: str, **fields: Any) -> SimpleNamespace:
    """What the row of a factor shows before it is opened."""
    course = (0.2, 0.3, None, 0.6, 0.7)
    shown = {"assessed": True, "value": 0.7, "coverage": 0.5, "evidence_count": 3, "course": course} | fields
    return SimpleNamespace(number=number, title=title, **shown)


FACTORS = (
    (factor(1, "A factor that adds"), 84),
    (factor(2, "A factor that mitigates", value=0.1, evidence_count=1, course=()), -12),
    (factor(3, "A factor of which nothing was coded", assessed=False), 0),
)


def chart(*, is_empty: bool = False) -> Chart:
    days = [f"2024-0{month}-01" for month in range(1, 7)]
    values = [12.0, 14.0, None, 18.0, 17.5, 21.0]
    trace = {"type": "scatter", "x": days, "y": values, "mode": "lines", "hoverinfo": "skip"}
    return Chart(
        key="example-empty" if is_empty else "example",
        title="Nothing to draw yet" if is_empty else "A made-up line rises from 12 to 21, with a gap",
        unit="Index, 0 to 100",
        source="made up for this page",
        note="The gap is a month of which nothing is known.",
        alt="Nothing is known of these months."
        if is_empty
        else "A line from 12 in January to 21 in June; March is not known.",
        figure={"data": [] if is_empty else [trace], "layout": layout()},
        columns=("Month", "Index"),
        rows=()
        if is_empty
        else tuple((day, "–" if value is None else f"{value:.1f}") for day, value in zip(days, values, strict=True)),
    )
