"""What staff may say of a source. The rules that must hold stand in `source_keeping`; here are words and choices."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from countries.charts import Said
from reports.forms import FETCHED, KIND_NAMES, MINUTES, NO_CHOICE
from reports.models import Family, Reliability, Source
from reports.readers import EVENTS, MEASURES
from reports.source_keeping import RESERVED, last_change

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

FETCHABLE = (*FETCHED, *((reader, KIND_NAMES.get(reader, reader)) for reader in (*MEASURES, *EVENTS)))
REVIEW_AFTER = dt.timedelta(days=365)  # offered for a new source


def _text(
    label: "_StrOrPromise", most: int, *, help_text: "_StrOrPromise" = "", required: bool = False, wide: bool = True
) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2}) if wide else forms.TextInput()
    found = {"required": _("Found nothing; wanted it in a few words.")}
    return forms.CharField(
        label=label, max_length=most, help_text=help_text, required=required, widget=widget, error_messages=found
    )


class SourceKeepingForm(forms.Form):
    """A source: who publishes, how far we trust it, on what terms, and what is fetched."""

    name = _text(_("Name"), 160, required=True, wide=False)
    slug = forms.SlugField(
        label=_("Short name"),
        max_length=60,
        help_text=_("Stands in addresses and in citations, and stays: un-news-en."),
        error_messages={
            "required": _("Found nothing; wanted a short name."),
            "invalid": _("Found other signs; wanted small letters, digits and hyphens."),
        },
    )
    family = forms.ChoiceField(
        required=False,
        label=_("Family"),
        error_messages=NO_CHOICE,
        help_text=_("The body whose findings these are. Sources of one family count as one voice in a score."),
    )
    new_family = _text(
        _("Or a new family"), 160, help_text=_("The name of a body that is not in the list."), wide=False
    )
    url = forms.URLField(
        required=False,
        max_length=500,
        label=_("Page of the publisher"),
        assume_scheme="https",
        help_text=_("Where a reader finds out who this is."),
    )
    reliability = forms.ChoiceField(
        label=_("Grade"),
        choices=[("", _("choose a grade")), *Reliability.choices],
        error_messages={**NO_CHOICE, "required": _("Found nothing; wanted a grade. F says that it cannot be judged.")},
        help_text=_("Of the publisher, by section 7 of the coding guide. Evidence keeps the grade that it was given."),
    )
    reliability_reason = _text(_("Why this grade"), 500, required=True)
    review_on = forms.DateField(
        label=_("Review of the grade due on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={
            "required": _("Found nothing; wanted the day on which somebody looks at it again."),
            "invalid": _("Found no day; wanted one such as 2027-05-31."),
        },
    )
    known_bias = _text(_("Known bias"), 500, help_text=_("Whom it hears, whom it does not, what it wants."))
    licence = _text(
        _("Licence as stated"),
        200,
        help_text=_("In its own words; “not stated” where it says nothing."),
        required=True,
        wide=False,
    )
    terms_note = _text(_("Note on the terms"), 500, help_text=_("What they allow and forbid, and when they were read."))
    contact = _text(
        _("Contact"), 200, help_text=_("An office and its address: never the name of a person."), wide=False
    )
    language = forms.RegexField(
        r"^[a-z]{2,3}(-[A-Za-z0-9]{2,4})?$",
        initial="en",
        max_length=8,
        label=_("Language"),
        help_text=_("Its code, where an answer does not say it: en, fr, es, ar, ru, zh."),
        error_messages={"invalid": _("Found no code of a language; wanted two or three small letters, such as en.")},
    )
    reader = forms.ChoiceField(
        required=False,
        label=_("What is fetched"),
        error_messages=NO_CHOICE,
        choices=[("", _("nothing: its reports are sent in by hand")), *FETCHABLE],
    )
    address = forms.URLField(
        required=False,
        max_length=500,
        label=_("Address that is fetched"),
        assume_scheme="https",
        help_text=_("Of a public server, by https. From then on its host may be asked."),
    )
    every_minutes = forms.TypedChoiceField(
        required=False, label=_("How often"), coerce=int, empty_value=None, error_messages=NO_CHOICE
    )
    credential = _text(
        _("Environment variable of its key"),
        60,
        wide=False,
        help_text=_("Begins with SOURCE_. The key itself is never kept here: it stands in the worker's environment."),
    )
    leads_on_to = _text(
        _("Other hosts that it leads on to"),
        200,
        wide=False,
        help_text=_("Names, a space between, where the address redirects to a store elsewhere."),
    )
    robots_exempt = _text(
        _("Why its robots.txt is not asked"),
        300,
        help_text=_("Only for an API whose documentation invites programs. Empty: its robots.txt is obeyed."),
    )
    off_because = _text(
        _("Why it is off"),
        300,
        help_text=_("And what would switch it on. A new source is off until somebody switches it on."),
    )
    reason = _text(_("Why you change it"), 300, help_text=_("Stands with your name and the day under Changes."))

    seen_change = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, source: Source | None, day: dt.date) -> None:
        super().__init__(data, initial=_initial(source, day))
        self.source = source
        families = [("", gettext("choose a family")), *Family.objects.order_by("name").values_list("slug", "name")]
        self._offer("family", families)
        self._offer("every_minutes", _cadences(source))
        if source is not None:
            del self.fields["slug"]
            self.fields["reason"].required = True
            readers = dict([("", ""), *FETCHABLE])
            if source.reader not in readers:  # one that only the shipped list may set
                self._offer("reader", [(source.reader, source.reader), *self.reader_choices()])

    def rest_on(self, change: int) -> None:
        """From now on it rests on that change: its person is told of it on the same page."""
        self.data = {**{name: self.data.get(name, "") for name in self.fields}, "seen_change": str(change)}

    def reader_choices(self) -> list[tuple[str, Said]]:
        """What can be chosen as the kind of answer."""
        return [("", gettext("nothing: its reports are sent in by hand")), *FETCHABLE]

    def _offer(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"].lower()
        if slug in RESERVED or Source.objects.filter(slug=slug).exists():
            raise forms.ValidationError(
                gettext("Found %(slug)s, which is taken; wanted another short name.") % {"slug": slug}
            )
        return slug

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        family, new = data.get("family"), (data.get("new_family") or "").strip()
        if bool(family) == bool(new):
            found = "both" if family else "neither"
            self.add_error(
                "family",
                gettext("Found %(found)s a family of the list and a new one; wanted one of the two.")
                % {"found": found},
            )
        elif new and not slugify(new):
            self.add_error("new_family", gettext("Found no Latin letters; wanted a name that has some."))
        if data.get("reader") and not data.get("every_minutes"):
            self.add_error("every_minutes", gettext("Found nothing; wanted how often it is fetched."))
        if data.get("reader") and self.source and not self.source.is_on and not data.get("off_because", "").strip():
            self.add_error("off_because", gettext("Found nothing; wanted why it is off, for those who come after you."))
        return data

    def values(self) -> dict[str, Any]:
        """What the use case sets."""
        data = dict(self.cleaned_data)
        minutes, new = data.pop("every_minutes"), data.pop("new_family").strip()
        slug = data.pop("family")
        for name in ("slug", "reason", "seen_change"):
            data.pop(name, None)
        is_on = self.source is not None and self.source.is_on and bool(data["reader"])
        data["fetch_every"] = dt.timedelta(minutes=minutes) if data["reader"] and minutes else None
        data["off_because"] = "" if is_on or not data["reader"] else data["off_because"].strip()
        if new:
            return data | {"new_family": (slugify(new)[:60], new)}
        return data | {"family": Family.objects.get(slug=slug)}


def _initial(source: Source | None, day: dt.date) -> dict[str, Any]:
    if source is None:
        return {"review_on": day + REVIEW_AFTER, "every_minutes": 60}
    names = (
        "name",
        "url",
        "reliability",
        "reliability_reason",
        "review_on",
        "known_bias",
        "licence",
        "terms_note",
        "contact",
        "language",
        "reader",
        "address",
        "credential",
        "leads_on_to",
        "robots_exempt",
        "off_because",
    )
    minutes = int(source.fetch_every.total_seconds() // 60) if source.fetch_every else 60
    kept = {name: getattr(source, name) for name in names}
    return {**kept, "family": source.family.slug, "every_minutes": minutes, "seen_change": last_change(source)}


def _cadences(source: Source | None) -> list[tuple[int, Said]]:
    """Those of the schedule, and the source's own where it is another."""
    offered: dict[int, Said] = dict(MINUTES)
    if source is not None and source.fetch_every is not None:
        own = int(source.fetch_every.total_seconds() // 60)
        offered.setdefault(own, gettext("every %(minutes)d minutes") % {"minutes": own})
    return sorted(offered.items())
