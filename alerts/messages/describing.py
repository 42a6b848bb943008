"""A reader's rule in words, in the language that is active."""

from django.utils.translation import gettext as _

from alerts.messages.languages import country_name, level_word, region_name
from alerts.messages.rule_words import beyond
from alerts.models import Subscription
from countries.models import Country
from indicators.models.score import Level

NAMES_MAX = 3  # of countries and regions in a rule's words; the others are counted


def describe(subscription: Subscription, *, regions: dict[int, str] | None = None) -> str:
    """The rule in words, such as `alerts about Sudan and Northern Africa from ELEVATED on`."""
    names = [_("every country")]
    if not subscription.is_everywhere:
        known = regions if regions is not None else region_names() if subscription.regions else {}
        countries = sorted(subscription.countries.all(), key=lambda country: country.name_sort)
        names = [country_name(country) for country in countries]
        names += sorted(_region(code, known) for code in subscription.regions)
    if len(names) > NAMES_MAX + 1:
        names = [*names[:NAMES_MAX], _("%(count)s others") % {"count": len(names) - NAMES_MAX}]
    level = level_word(Level(subscription.least_level))
    said = _("alerts about %(places)s from %(level)s on") % {"places": _joined(names), "level": level}
    return said + beyond(subscription)


def _region(code: int, known: dict[int, str]) -> str:
    return region_name(code, known[code]) if code in known else _("region %(code)s") % {"code": code}


def _joined(names: list[str]) -> str:
    if len(names) < 2:
        return names[0] if names else _("no country")
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def region_names() -> dict[int, str]:
    """M49 code to name, of regions and sub-regions that have a country."""
    rows = Country.objects.values_list("region_code", "region", "subregion_code", "subregion").distinct()
    return {code: name for row in rows for code, name in (row[:2], row[2:])}
