"""Datasets that become no series, as the page for sending offers them: reader, name, what it is and what happens."""

from django.utils.translation import gettext_lazy

BESIDE_SCORES = (
    (
        "early-warning-project",
        gettext_lazy("Early Warning Project CSV"),
        gettext_lazy("its yearly file, with the day it was public. Shown beside the scores, in none of them."),
    ),
    (
        "views",
        gettext_lazy("VIEWS JSON"),
        gettext_lazy("an answer of its API by country and month, with its day. Shown beside the scores."),
    ),
    (
        "hdx-signals",
        gettext_lazy("HDX Signals CSV"),
        gettext_lazy("the table with semicolons, with its day. Shown beside the scores."),
    ),
    (
        "hdx-hapi",
        gettext_lazy("HDX HAPI CSV"),
        gettext_lazy("conflict events or national risk of version 2, with its day. Shown beside the scores."),
    ),
    (
        "idmc",
        gettext_lazy("IDMC conflict displacement CSV"),
        gettext_lazy("people by country and year, with its day. Shown beside the scores."),
    ),
    (
        "acled",
        gettext_lazy("ACLED CSV"),
        gettext_lazy("a subscriber's own file, with its day. Sums by month, for staff alone: its terms say so."),
    ),
    (
        "ucdp-ged",
        gettext_lazy("UCDP events, complete"),
        gettext_lazy(
            "a release with every event of its months: CSV, XLSX, JSON or a ZIP. What it leaves out no longer counts."
        ),
    ),
    (
        "ucdp-ged-part",
        gettext_lazy("UCDP events, in part"),
        gettext_lazy(
            "a country's cut, a sample or a page of the API, with its day. It adds and revises, and takes nothing away."
        ),
    ),
)
UNDATED = frozenset(reader for reader, _, _ in BESIDE_SCORES if reader != "ucdp-ged")  # the sender says the day
PACKED = frozenset({"ucdp-ged", "ucdp-ged-part"})  # may be a ZIP or a workbook
