"""Which countries an address asks for, by code or by name in any language, and what to say of the others."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from countries.models import Country
from countries.naming import Named, country_named, states_beginning

LEAST, MOST = 2, 5
LOOKED_AT = 20  # names of one address that are looked up
NAME_SHOWN = 60  # characters of what was typed that an answer repeats
OFFERED = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Trouble:
    """A name that stands for no one country: what was found in words, and the countries that it may mean."""

    said: str
    offers: tuple[tuple[Country, str], ...]  # each with the address that has it instead


@dataclasses.dataclass(frozen=True, slots=True)
class Chosen:
    """The countries in the order asked for, each once, and what could not be understood."""

    countries: tuple[Country, ...]
    troubles: tuple[Trouble, ...]
    typed: str  # the last thing that was not understood: it stays in the box
    kept: str  # the parameters of the day, as they follow another one: "&as_of=…", or empty

    @property
    def codes(self) -> list[str]:
        return [country.iso3 for country in self.countries]

    @property
    def address(self) -> str:
        """The one address of this choice."""
        return address_of(self.codes, self.kept)

    @property
    def removals(self) -> list[tuple[Country, str]]:
        """Each country with the address that is without it."""
        return [
            (country, address_of([code for code in self.codes if code != country.iso3], self.kept))
            for country in self.countries
        ]


def address_of(codes: Iterable[str], kept: str) -> str:
    """Of the comparison of these countries; `kept` follows."""
    asked = ",".join(codes)
    query = f"countries={asked}{kept}" if asked else kept.removeprefix("&")
    return f"{reverse('compare')}?{query}" if query else reverse("compare")


def chosen(values: Sequence[str], known: Mapping[str, Country], *, kept: str) -> Chosen:
    """What the values of `?countries=` stand for: each a code or a name, or several between commas.

    `known` are the countries by code. A name that two States share is no choice; neither is one spelt wrong.
    """
    found: dict[str, Country] = {}
    unclear: list[tuple[str, Named]] = []
    for text in _parts(values)[:LOOKED_AT]:
        named = country_named(text)
        if named.only in known:
            found[named.only] = known[named.only]
        else:
            unclear.append((text, named))
    troubles = tuple(_trouble(text, named, list(found), known, kept) for text, named in unclear)
    return Chosen(tuple(found.values()), troubles, unclear[-1][0][:NAME_SHOWN] if unclear else "", kept)


def _parts(values: Iterable[str]) -> list[str]:
    """A value as it is where it is a name (“Congo, Dem. Rep.”), else what stands between its commas."""
    found: list[str] = []
    for value in (value.replace("\x00", "").strip() for value in values):
        is_one = "," not in value or bool(country_named(value).iso3)
        found += [value] if is_one else [part.strip() for part in value.split(",")]
    return [part for part in found if part]


def _trouble(text: str, named: Named, codes: list[str], known: Mapping[str, Country], kept: str) -> Trouble:
    shown = text if len(text) <= NAME_SHOWN else f"{text[:NAME_SHOWN]}…"
    meant = [code for code in named.iso3 or _alike(text, named) if code in known and code not in codes]
    offers = tuple((known[code], address_of([*codes, code], kept)) for code in meant[:OFFERED])
    if named.iso3:
        said = _("“%(name)s” is the name of more than one State; wanted one of them.")
    elif named.why:
        said = _("“%(name)s”: %(why)s. Wanted one of the 195 States, by name or code.")
    else:
        said = _("“%(name)s” is no country known here; wanted a name in any UN language, or an ISO code such as MMR.")
    return Trouble(said % {"name": shown, "why": _(named.why) if named.why else ""}, offers)


def _alike(text: str, named: Named) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*states_beginning(text), *named.nearest]))
