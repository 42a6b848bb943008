"""Datasets that become no series, as the page for sending offers them: reader, name, what it is and what happens."""

BESIDE_SCORES = (
    (
        "early-warning-project",
        "Early Warning Project CSV",
        "its yearly file, with the day it was public. Shown beside the scores, in none of them.",
    ),
    ("views", "VIEWS JSON", "an answer of its API by country and month, with its day. Shown beside the scores."),
    ("hdx-signals", "HDX Signals CSV", "the table with semicolons, with its day. Shown beside the scores."),
    (
        "hdx-hapi",
        "HDX HAPI CSV",
        "conflict events or national risk of version 2, with its day. Shown beside the scores.",
    ),
    ("idmc", "IDMC conflict displacement CSV", "people by country and year, with its day. Shown beside the scores."),
    ("acled", "ACLED CSV", "a subscriber's own file, with its day. Sums by month, for staff alone: its terms say so."),
    (
        "ucdp-ged",
        "UCDP events, complete",
        "a release with every event of its months: CSV, XLSX, JSON or a ZIP. What it leaves out no longer counts.",
    ),
    (
        "ucdp-ged-part",
        "UCDP events, in part",
        "a country's cut, a sample or a page of the API, with its day. It adds and revises, and takes nothing away.",
    ),
)
UNDATED = frozenset(reader for reader, _, _ in BESIDE_SCORES if reader != "ucdp-ged")  # the sender says the day
PACKED = frozenset({"ucdp-ged", "ucdp-ged-part"})  # may be a ZIP or a workbook
