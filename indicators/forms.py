"""What people may ask for and type in. A form says what was found, what was wanted and what to do."""

from typing import Any

from django import forms
from django.db import connection
from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat, LPad
from django.utils.translation import gettext, gettext_lazy

from countries.models import Country
from indicators.fields import Choice, DayField, Grouped, Line, Pick, grouped, offer, refuse_backwards
from indicators.models import Evidence, Indicator
from people.models import User
from people.permissions import Sensitivity, clearance_of
from reports.models import Family, Passage, Reliability, Report, Source

TEXT_LIMIT = 6000  # characters: a page of print; what is longer is a document to ingest, not a passage
NEW = "new"
ANCHORS = [  # docs/coding-guide.md, section 5
    ("0", gettext_lazy("0: looked for, not found")),
    ("1", gettext_lazy("1: slight: a sign, small or read at one remove")),
    ("2", gettext_lazy("2: moderate: repeated or local, or grave but indirect")),
    ("3", gettext_lazy("3: serious: grave in part of the country, or serious all over it")),
    ("4", gettext_lazy("4: extreme: grave and country-wide, systematic, or in the thousands")),
]
_WRITTEN_SQL: dict[int, Any] = {}  # by clearance: Django takes longer to write the query than PostgreSQL to answer it


def country_choices() -> Grouped:
    """Every country under its region, alphabetical."""
    rows = Country.objects.order_by("region", "name_sort").values_list("region", "iso3", "name_en")
    return grouped((str(region), str(iso3), str(name)) for region, iso3, name in rows)


def indicator_choices() -> Grouped:
    """Every indicator in use under its factor, in catalogue order."""
    rows = Indicator.objects.in_use().values_list("factor__number", "factor__title", "code", "label")
    return grouped((f"{number} {title}", str(code), f"{code} {label}") for number, title, code, label in rows)


def sources_seen_by(user: User) -> QuerySet[Source]:
    """Not those of which every report is above the person's clearance."""
    published = Report.objects.filter(source=OuterRef("pk"))
    return Source.objects.filter(~Exists(published) | Exists(published.visible_to(user)))


def source_choices(user: User) -> list[Choice]:
    """Sources with their grades, by name."""
    listed = sources_seen_by(user).order_by("name").values_list("slug", "name", "reliability")
    return [(slug, f"{name} ({grade})") for slug, name, grade in listed]


def families_seen_by(user: User) -> QuerySet[Family]:
    """Bodies; not those that are known here only from what is above the person's clearance."""
    found = Evidence.objects.filter(family=OuterRef("pk"))
    published = Report.objects.filter(source__family=OuterRef("pk"))
    used = Exists(found) | Exists(published)
    seen = Exists(found.visible_to(user)) | Exists(published.visible_to(user))
    return Family.objects.filter(seen | ~used)


def listed_for(user: User) -> dict[str, list[tuple[str, str, str]]]:
    """(group, value, label) of every indicator, country, family and source that this person may see, in order.

    One query. The group of a source is its grade.
    """
    found: dict[str, list[tuple[str, str, str]]] = {"family": [], "source": [], "country": [], "indicator": []}
    clearance = clearance_of(user)
    if clearance not in _WRITTEN_SQL:
        _WRITTEN_SQL[clearance] = _listing(user).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(*_WRITTEN_SQL[clearance])
        for kind, group, value, said, _ in sorted(cursor.fetchall(), key=_in_order):
            found[kind].append((group, value, said))
    return found


def _listing(user: User) -> QuerySet[Any, tuple[Any, ...]]:
    """The four lists in one query. What it says depends on the person's clearance alone."""
    text, group = CharField(), ("kind", "group", "value", "said", "sort")
    seen = families_seen_by(user).annotate(kind=_of("family"), group=_of(""), value=F("slug"), said=F("name"))
    sources = sources_seen_by(user).annotate(
        kind=_of("source"), group=F("reliability"), value=F("slug"), said=F("name")
    )
    states = Country.objects.annotate(
        kind=_of("country"), group=Cast("region", text), value=F("iso3"), said=F("name_en"), sort=F("name_sort")
    )
    signs = Indicator.objects.in_use().annotate(
        kind=_of("indicator"),
        group=Concat(Cast("factor__number", text), Value(" "), "factor__title"),
        value=F("code"),
        said=Concat("code", Value(" "), "label"),
        sort=LPad(Cast("order", text), 9, Value("0")),
    )
    parts = [seen.annotate(sort=F("name")), sources.annotate(sort=F("name")), states, signs]
    first, *others = (part.order_by().values_list(*group) for part in parts)
    return first.union(*others, all=True)


def _of(kind: str) -> Value:
    return Value(kind, output_field=CharField())


def _in_order(row: tuple[str, str, str, str, str]) -> tuple[str, str, str]:
    kind, group, _, _, sort = row
    return kind, group if kind == "country" else "", sort.casefold()


class EvidenceFilter(forms.Form):
    """What the evidence list shows; every state of it stands in the address."""

    MAIN = ("country", "factor", "text")

    country = Pick(empty=gettext_lazy("every country"), required=False)
    factor = Pick(empty=gettext_lazy("every factor"), required=False)
    indicator = Pick(empty=gettext_lazy("every indicator"), required=False)
    source = Pick(empty=gettext_lazy("every source"), required=False)
    family = Pick(empty=gettext_lazy("every body"), required=False, label=gettext_lazy("Who made the finding"))
    reliability = Pick(
        Reliability.choices, empty=gettext_lazy("any"), required=False, label=gettext_lazy("Grade of the source")
    )
    credibility = Pick(
        Evidence.Credibility.choices,
        empty=gettext_lazy("any"),
        required=False,
        label=gettext_lazy("Grade of the statement"),
    )
    polarity = Pick(
        [("1", gettext_lazy("raises risk")), ("-1", gettext_lazy("mitigates risk"))],
        empty=gettext_lazy("both"),
        required=False,
        label=gettext_lazy("Direction"),
    )
    state = Pick(empty=gettext_lazy("counted in the score"), required=False)
    since = DayField(required=False, label=gettext_lazy("Happened from"))
    until = DayField(required=False, label=gettext_lazy("Happened up to"))
    text = Line(max_length=100, required=False, label=gettext_lazy("Words in the passage"))

    def __init__(
        self,
        data: Any,
        *,
        countries: Grouped,
        indicators: Grouped,
        sources: list[Choice],
        families: list[Choice],
        is_staff: bool,
    ) -> None:
        super().__init__(data)
        offer(self, "country", countries)
        offer(self, "indicator", indicators)
        offer(self, "factor", [(title.split(" ", 1)[0], title) for title, _ in indicators])
        offer(self, "source", sources)
        offer(self, "family", families)
        states: list[Choice] = [("retracted", gettext("retracted"))]
        if is_staff:
            states += [("proposed", gettext("proposed, not decided")), ("rejected", gettext("rejected"))]
            states += [("all", gettext("every state"))]
        offer(self, "state", states)

    def main_fields(self) -> list[forms.BoundField]:
        """The filters that are always in sight."""
        return [self[name] for name in self.MAIN]

    def more_fields(self) -> list[forms.BoundField]:
        """The rarer ones."""
        return [self[name] for name in self.fields if name not in self.MAIN]

    def is_unfolded(self) -> bool:
        """Whether one of the rarer filters is set, so that it must be in sight."""
        return any(field.value() for field in self.more_fields())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        refuse_backwards(self, data)
        return data


class ReasonForm(forms.Form):
    """Why something is rejected or retracted."""

    reason = Line(
        min_length=3,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": gettext_lazy("Found no reason; wanted one of 3 to 500 characters."),
            "min_length": gettext_lazy("Found a reason of fewer than 3 characters; wanted 3 to 500."),
        },
    )


class RetractionForm(ReasonForm):
    """Taking accepted evidence out of the score asks for one confirming tick."""

    is_sure = forms.BooleanField(
        label=gettext_lazy("Take it out of the score from now on. Scores of earlier days keep it."),
        error_messages={
            "required": gettext_lazy("Found the box not ticked; wanted it ticked, since this cannot be undone.")
        },
    )


class EntryForm(forms.Form):
    """One piece of evidence: what a passage says about one indicator in one country."""

    country = Pick(
        empty=gettext_lazy("choose a country"),
        help_text=gettext_lazy("Where the people at risk are, not where the actor is from."),
    )
    indicator = Pick(
        empty=gettext_lazy("choose an indicator"),
        help_text=gettext_lazy("Choose one; help for it stands beside the form."),
    )
    source = Pick(
        empty=gettext_lazy("choose a source"),
        help_text=gettext_lazy("Who published it. Not in the list: choose “a new source”."),
    )
    new_source = Line(max_length=160, required=False, label=gettext_lazy("Name of the new source"))
    new_source_url = forms.URLField(
        max_length=200, required=False, label=gettext_lazy("Its address"), assume_scheme="https"
    )
    new_source_licence = Line(
        max_length=200,
        required=False,
        label=gettext_lazy("Its licence"),
        help_text=gettext_lazy("As it states it, or: not stated; facts only."),
    )
    new_source_reliability = Pick(
        Reliability.choices, empty=gettext_lazy("choose a grade"), required=False, label=gettext_lazy("Its grade")
    )
    family = Pick(
        [],
        empty=gettext_lazy("the source itself"),
        required=False,
        label=gettext_lazy("Who made the finding"),
        help_text=gettext_lazy(
            "The body that found it out, whoever carries it: two carriers of one finding count once."
        ),
    )
    new_family = Line(max_length=160, required=False, label=gettext_lazy("Another body, by name"))
    url = forms.URLField(
        max_length=500,
        required=False,
        label=gettext_lazy("Address of the original"),
        assume_scheme="https",
        help_text=gettext_lazy("Where a reader can open it."),
    )
    published_on = DayField(
        required=False,
        label=gettext_lazy("Day it was public"),
        help_text=gettext_lazy("When the world could know. Empty: the installation's day."),
    )
    locator = Line(
        max_length=200,
        required=False,
        label=gettext_lazy("Where in it"),
        help_text=gettext_lazy("Page or paragraph: para. 12."),
    )
    text = Line(
        max_length=TEXT_LIMIT,
        label=gettext_lazy("The passage"),
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=gettext_lazy(
            "The sentences that carry the fact, typed or pasted. Leave out names of victims and witnesses."
        ),
        error_messages={"required": gettext_lazy("Found nothing; wanted the sentences that carry the fact.")},
    )
    severity = Pick(
        ANCHORS,
        widget=forms.RadioSelect,
        label=gettext_lazy("How strongly the sign is present"),
        help_text=gettext_lazy(
            "For what mitigates: 1 it exists, 2 it works in part, 3 its effect is plain everywhere, 4 it lasts."
        ),
    )
    polarity = Pick(
        Evidence.Polarity.choices,
        widget=forms.RadioSelect,
        label=gettext_lazy("Direction"),
        initial=str(Evidence.Polarity.RISK),
    )
    reliability = Pick(
        Reliability.choices,
        empty=gettext_lazy("the source's own grade"),
        required=False,
        label=gettext_lazy("How reliable the finding body is"),
    )
    credibility = Pick(
        Evidence.Credibility.choices,
        empty=gettext_lazy("choose"),
        label=gettext_lazy("How credible the statement is"),
        help_text=gettext_lazy("Read through somebody else's document: at best 2. Only an excerpt: at best 3."),
    )
    event_on = DayField(
        label=gettext_lazy("Day it happened"),
        help_text=gettext_lazy("Only a month known: its first day. Only a year: 1 January. Say so under “Why”."),
    )
    event_key = forms.RegexField(
        r"^[a-z0-9][a-z0-9-]*$",
        max_length=120,
        required=False,
        label=gettext_lazy("Name of the event"),
        widget=forms.TextInput(attrs={"list": "event-keys", "autocomplete": "off"}),
        help_text=gettext_lazy(
            "Such as mmr-coup-2021. The same name again, with a later day, says that one condition still lasts."
        ),
        error_messages={"invalid": gettext_lazy("Wanted small letters, digits and hyphens, such as mmr-coup-2021.")},
    )
    admin1 = Line(
        max_length=120,
        required=False,
        label=gettext_lazy("First-level area"),
        help_text=gettext_lazy("State, province or region."),
    )
    actor = Pick(Evidence.Actor.choices, label=gettext_lazy("From whom"), initial=str(Evidence.Actor.UNKNOWN))
    claim = Pick(
        Evidence.Claim.choices,
        label=gettext_lazy("What the statement claims"),
        initial=str(Evidence.Claim.ALLEGED),
        help_text=gettext_lazy("The source's claim, never ours: only courts find."),
    )
    group = Line(
        max_length=160,
        required=False,
        label=gettext_lazy("Group at risk"),
        help_text=gettext_lazy("In neutral words; never a person."),
    )
    note = Line(
        max_length=500,
        label=gettext_lazy("Why this indicator and this severity"),
        help_text=gettext_lazy(
            "One sentence about the fact. It is as open as the evidence, and may stand in a warning."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Found nothing; wanted one sentence: the reviewer decides by it.")},
    )
    sensitivity = Pick(label=gettext_lazy("Who may see it"), initial=str(Sensitivity.PUBLIC.value))
    is_another = forms.BooleanField(
        required=False, label=gettext_lazy("I have looked at them: save this one beside them.")
    )  # shown where pieces near it stand

    SAID_BY_A_PASSAGE = ("source", "url", "published_on", "locator", "text")

    def __init__(self, data: Any = None, *, user: User, passage: Passage | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        listed = listed_for(user)
        if passage is None:
            sources = [(slug, f"{name} ({grade})") for grade, slug, name in listed["source"]]
            offer(self, "source", [(NEW, gettext("a new source (fill in below)")), (gettext("In the list"), sources)])
        else:
            self._settle_on(passage)
        offer(self, "country", grouped(listed["country"]))
        offer(self, "indicator", grouped(listed["indicator"]))
        families = [(slug, name) for _, slug, name in listed["family"]]
        offer(self, "family", [(NEW, gettext("another body (name it below)")), (gettext("In the list"), families)])
        clearance = clearance_of(user)
        offer(self, "sensitivity", [choice for choice in Sensitivity.choices if choice[0] <= clearance])

    def _settle_on(self, passage: Passage) -> None:
        """Asks for nothing that the passage's report says already."""
        for name in [name for name in self.fields if name in self.SAID_BY_A_PASSAGE or name.startswith("new_source")]:
            del self.fields[name]
        self.initial.setdefault("sensitivity", passage.report.sensitivity)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("source") == NEW:
            for name, wanted in (
                ("new_source", gettext("its name")),
                ("new_source_licence", gettext("its licence, or: not stated; facts only")),
                ("new_source_reliability", gettext("its grade from A to F")),
            ):
                if not data.get(name) and name not in self.errors:
                    said = gettext("Found nothing; wanted %(wanted)s, since the source is new.")
                    self.add_error(name, said % {"wanted": wanted})
        elif data.get("new_source"):
            self.add_error("source", gettext("Found a source chosen and a new one named; wanted one of the two."))
        if data.get("family") == NEW and not data.get("new_family") and "new_family" not in self.errors:
            self.add_error("new_family", gettext("Found nothing; wanted the name of the body."))
        return data


class CorrectionForm(EntryForm):
    """What is to take the place of an accepted piece, and why; the passage stays as it is."""

    correction_reason = Line(
        min_length=3,
        max_length=500,
        label=gettext_lazy("Why the piece is corrected"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Everybody who may see the piece reads this: what was wrong and how it was found."),
        error_messages={
            "required": gettext_lazy("Found no reason; wanted one of 3 to 500 characters."),
            "min_length": gettext_lazy("Found a reason of fewer than 3 characters; wanted 3 to 500."),
        },
    )
