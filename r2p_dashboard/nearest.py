"""What an address that leads nowhere may have meant: a country, a page. Only our own names are said, never it."""

import dataclasses
import difflib

from django.urls import reverse

from countries.models import Country
from countries.naming import country_named

PARTS = 3  # of an address are looked at
LONGEST = 60  # letters of a part; the longest name of a State has 56
SHORTEST = 3  # of two letters nearly each is somebody's code
LIKENESS = 0.7  # of a word of the address and a page's, 0 to 1
MOST = 3
PAGES = {
    "countries": ("world", "Countries"), "world": ("world", "Countries"), "factors": ("factors", "Factors"),
    "indicators": ("factors", "Factors and their indicators"), "evidence": ("evidence", "Evidence"),
    "alerts": ("alerts", "Alerts"), "warnings": ("alerts", "Alerts"), "signals": ("signals", "Signals"),
    "situations": ("situations", "Situations"), "measures": ("measures", "Measures"), "levers": ("levers", "Levers"),
    "ledger": ("ledger", "Ledger"), "scorecard": ("scorecard", "Scorecard"), "method": ("method", "Method"),
    "methodology": ("method", "Method"), "backtest": ("backtest", "Back-test"), "sources": ("sources", "Sources"),
    "corrections": ("corrections", "Corrections"), "status": ("status", "Status"), "search": ("search", "Search"),
    "subscribe": ("follow", "Follow alerts"), "follow": ("follow", "Follow alerts"),
    "feed": ("follow", "Follow alerts"),
    "login": ("sign_in", "Sign in"), "signin": ("sign_in", "Sign in"), "account": ("account", "Your account"),
}  # fmt: skip


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
    return [Near(reverse(PAGES[key][0]), PAGES[key][1]) for key in alike]
