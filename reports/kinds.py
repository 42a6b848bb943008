"""What can be sent, as the page for sending offers it: reader, name, what it is and what happens."""

from django.utils.translation import gettext_lazy

BESIDE_SCORES = (  # datasets that become no series
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
KINDS = (  # reader, name, what it is and what happens with it
    (
        "automatic",
        gettext_lazy("Documents"),
        gettext_lazy(
            "PDF, DOCX, HTML, text, mails (EML), or a ZIP of these, in any mix. What each is, is told from its bytes."
        ),
    ),
    (
        "text",
        gettext_lazy("Plain text"),
        gettext_lazy("a document's words, UTF-8. It is split into passages, and you code those that carry a fact."),
    ),
    (
        "html",
        gettext_lazy("HTML page"),
        gettext_lazy("a saved web page. Its main text is kept without menus, and split into passages to code."),
    ),
    (
        "coding-note",
        gettext_lazy("Coding note"),
        gettext_lazy("a TOML file of passages already coded. Each claim becomes proposed evidence."),
    ),
    (
        "ucdp-country-year",
        gettext_lazy("UCDP country-year CSV"),
        gettext_lazy("a release of deaths per country and year. Its numbers enter the series, and scores follow."),
    ),
    (
        "unhcr-population",
        gettext_lazy("UNHCR population CSV"),
        gettext_lazy(
            "the Refugee Data Finder's figures by origin and asylum, with the end of the newest year. "
            "They enter a series."
        ),
    ),
    (
        "pts",
        gettext_lazy("Political Terror Scale CSV"),
        gettext_lazy("a release of the scale, as it comes. Its levels enter a series."),
    ),
    (
        "inform-risk",
        gettext_lazy("INFORM Risk CSV"),
        gettext_lazy("its indicators in long format. Four of them enter series, the index itself does not."),
    ),
    *BESIDE_SCORES,
)
UNDATED = frozenset(reader for reader, _, _ in BESIDE_SCORES if reader != "ucdp-ged")  # the sender says the day
PACKED = frozenset({"ucdp-ged", "ucdp-ged-part"})  # may be a ZIP or a workbook
