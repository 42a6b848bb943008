"""The form that sets a report's language and countries right."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from countries.models import Country
from countries.naming import states_called
from reports.correcting import REASON_MAX, Held
from reports.languages import LANGUAGE, UNKNOWN, language_name

_PARTS = re.compile(r"[;\n؛；]")
_COMMAS = re.compile(r"[,،、，]")
CHARACTERS_MAX = 1_000


class CorrectionForm(forms.Form):
    """Its fields begin with what holds; a country may be named in any way that is understood."""

    language = forms.ChoiceField(
        label=_("Language"), error_messages={"invalid_choice": _("Found none of those offered; choose one of them.")}
    )
    countries = forms.CharField(
        label=_("Countries it is about"),
        required=False,
        max_length=CHARACTERS_MAX,
        help_text=_("Names in any UN language or ISO codes, parted by semicolons; empty: about none in particular."),
        widget=forms.TextInput(attrs={"list": "countries-known", "autocomplete": "off"}),
    )
    reason = forms.CharField(label=_("Why"), required=False, max_length=REASON_MAX)
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        sent: Mapping[str, Any] | None = None,
        *,
        holds: Held,
        languages: Iterable[str],
        back: str,
        prefix_of_ids: str,
    ) -> None:
        rows = Country.objects.filter(iso3__in=holds.countries).values_list("iso3", "name_en")
        names = {iso3: plain_name(iso3, name) for iso3, name in rows}
        initial = {
            "language": holds.language,
            "countries": "; ".join(names[iso3] for iso3 in holds.countries if iso3 in names),
            "seen": holds.seen,
            "next": back,
        }
        super().__init__(sent, initial=initial, auto_id=f"{prefix_of_ids}-%s")
        offered = [*languages, holds.language] if LANGUAGE.fullmatch(holds.language) else [*languages]
        choices = [(code, language_name(code)) for code in dict.fromkeys(offered)]
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = sorted(choices, key=lambda choice: (choice[0] == UNKNOWN, choice[1]))

    def clean_countries(self) -> list[str]:
        """ISO3 codes; refused where a name is unknown or shared by several States."""
        return [self._state(name) for name in _names_in(self.cleaned_data["countries"])]

    def _state(self, name: str) -> str:
        states = states_called(name)
        if len(states) == 1:
            return states[0]
        short = name if len(name) <= 60 else f"{name[:60]}…"
        if states:
            rows = Country.objects.filter(iso3__in=states).values_list("name_en", "iso3")
            which = " or ".join(f"{name} ({iso3})" for name, iso3 in rows)
            raise forms.ValidationError(
                gettext("“%(short)s” may be %(which)s; write which, by its code.") % {"short": short, "which": which}
            )
        raise forms.ValidationError(
            gettext("Found no State called “%(short)s”; wanted a name or an ISO code, such as Mali or MLI.")
            % {"short": short}
        )


def plain_name(iso3: str, name: str) -> str:
    """The name by which the form understands a State; its code where two share the name."""
    return name if states_called(name) == (iso3,) else iso3


def _names_in(text: str) -> Iterator[str]:
    """Parted by semicolons, or by commas where the whole is no name itself: "Korea, Republic of" is one."""
    for part in map(str.strip, _PARTS.split(text)):
        names = [part] if states_called(part) else map(str.strip, _COMMAS.split(part))
        yield from filter(None, names)
