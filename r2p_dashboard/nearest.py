"""What an address that leads nowhere may have meant: a country, a page. Only our own names are said, never it."""

import dataclasses
import difflib

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from countries.models import Country
from countries.naming import country_named

PARTS = 3  # of an address are looked at
LONGEST = 60  # letters of a part; the longest name of a State has 56
SHORTEST = 3  # of two letters nearly each is somebody's code
LIKENESS = 0.7  # of a word of the address and a page's, 0 to 1
MOST = 3
PAGES = {
    "countries": ("world", _("Countries")),
    "world": ("world", _("Countries")),
    "factors": ("factors", _("Factors")),
    "indicators": ("factors", _("Factors and their indicators")),
    "evidence": ("evidence", _("Evidence")),
    "alerts": ("alerts", _("Alerts")),
    "warnings": ("alerts", _("Alerts")),
    "signals": ("signals", _("Signals")),
    "situations": ("situations", _("Situations")),
    "measures": ("measures", _("Measures")),
    "levers": ("levers", _("Levers")),
    "ledger": ("ledger", _("Ledger")),
    "scorecard": ("scorecard", _("Scorecard")),
    "method": ("method", _("Method")),
    "methodology": ("method", _("Method")),
    "backtest": ("backtest", _("Back-test")),
    "sources": ("sources", _("Sources")),
    "corrections": ("corrections", _("Corrections")),
    "status": ("status", _("Status")),
    "search": ("search", _("Search")),
    "subscribe": ("follow", _("Follow alerts")),
    "follow": ("follow", _("Follow alerts")),
    "feed": ("follow", _("Follow alerts")),
    "login": ("sign_in", _("Sign in")),
    "signin": ("sign_in", _("Sign in")),
    "account": ("account", _("Your account")),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Near:
    """A page that may have been meant."""

    href: str
    label: str


def near(path: str) -> list[Near]:
    """At most three pages that an address comes near to, countries first; empty where it is like none."""
    parts = [part for part in path.split("/") if part][:PARTS]
    words = [part.casefold() for part in parts if SHORTEST <= len(part) <= LONGEST]
    found = [Near(country.get_absolute_url(), country.name_en) for country in _countries(words)] + _pages(words)
    return list(dict.fromkeys(found))[:MOST]


def _countries(words: list[str]) -> list[Country]:
    codes: list[str] = []
    for word in words:
        if word in PAGES:
            continue
        named = country_named(word.replace("-", " ").replace("_", " "))
        codes += named.iso3 or named.nearest
    rows = {country.iso3: country for country in Country.objects.filter(iso3__in=codes)} if codes else {}
    return [rows[code] for code in dict.fromkeys(codes) if code in rows]


def _pages(words: list[str]) -> list[Near]:
    plain = ("".join(letter for letter in word if letter.isalpha()) for word in words[:1])
    alike = [key for word in plain for key in difflib.get_close_matches(word, PAGES, n=MOST, cutoff=LIKENESS)]
    return [Near(reverse(PAGES[key][0]), str(PAGES[key][1])) for key in alike]
