"""Loads the Framework's catalogue, the series definitions and the method in use; safe to run twice."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.db.models import Max

from indicators.definitions import read_definitions
from indicators.guidance import GuidanceError, read_guidance
from indicators.models import Evidence, Factor, Framework, Indicator, SeriesDefinition

FRAMEWORK_FILE = Path(__file__).parent / "framework" / "un_2014.json"


class CatalogueFileError(ValueError):
    """A catalogue file that cannot be loaded; says where, what was found and what was wanted."""


@transaction.atomic
def load_framework(*, at: dt.datetime, path: Path = FRAMEWORK_FILE) -> Framework:
    """The catalogue as rows. A file that differs from every loaded one becomes a new version, beside the old.

    Raises CatalogueFileError.
    """
    payload = path.read_bytes()
    try:
        data = json.loads(payload)
    except ValueError as error:
        raise CatalogueFileError(f"{path.name}: found no valid JSON; wanted a framework catalogue") from error
    digest = hashlib.sha256(payload).hexdigest()
    standing = Framework.objects.filter(sha256=digest).first()
    if standing is not None:
        return standing
    latest = Framework.objects.aggregate(latest=Max("version"))["latest"] or 0
    try:
        framework = Framework.objects.create(
            version=latest + 1,
            title=data["source"]["title"],
            sha256=digest,
            source=data["source"],
            loaded_at=at,
        )
        _refuse_new_meanings(data["factors"], latest)
        _add_factors(framework, data["factors"])
    except CatalogueFileError:
        raise
    except KeyError as error:
        raise CatalogueFileError(f"{path.name}: found no key {error}; wanted a complete catalogue") from error
    except (AttributeError, TypeError, ValueError, DataError, IntegrityError) as error:
        found = type(error).__name__
        raise CatalogueFileError(f"{path.name}: found {found} in it; wanted 14 factors with indicators") from error
    return framework


def _refuse_new_meanings(factors: list[Mapping[str, Any]], latest: int) -> None:
    """A code keeps its meaning while evidence stands on it: evidence of every version is scored by its code.

    Other words for the same sign say so in the file: `"same_as": "7.14"` on the indicator 7.14.
    """
    labels = dict(Indicator.objects.filter(framework__version=latest).values_list("code", "label"))
    coded = set(Evidence.objects.ever_accepted().values_list("indicator__code", flat=True))
    for item in (item for factor in factors for item in factor["indicators"]):
        code = item["code"]
        if code in coded and labels.get(code, item["label"]) != item["label"] and item.get("same_as") != code:
            raise CatalogueFileError(
                f"indicator {code}: found other words than in version {latest}, with accepted evidence on it; wanted "
                f'"same_as": "{code}" where it is the same sign, else retract that evidence and code it anew'
            )


def _add_factors(framework: Framework, factors: list[Mapping[str, Any]]) -> None:
    order = 0
    for entry in factors:
        factor = Factor.objects.create(
            framework=framework,
            number=entry["number"],
            title=entry["title"],
            scope=entry["scope"],
            summary=entry["summary"],
        )
        rows = []
        for item in entry["indicators"]:
            rows.append(_indicator(framework, factor, order, item))
            order += 1
        Indicator.objects.bulk_create(rows)


def _indicator(framework: Framework, factor: Factor, order: int, item: Mapping[str, Any]) -> Indicator:
    return Indicator(
        framework=framework,
        factor=factor,
        order=order,
        code=item["code"],
        label=item["label"],
        description=item["description"],
        nature=item["nature"],
        number_confirmed=item["number_confirmed"],
        number_confidence=item["number_confidence"],
    )


def check_guidance() -> int:
    """Reads the help of every indicator in use; of how many. Raises CatalogueFileError."""
    try:
        return len(read_guidance(set(Indicator.objects.in_use().values_list("code", flat=True))))
    except GuidanceError as error:
        raise CatalogueFileError(str(error)) from error


@transaction.atomic
def load_series_definitions() -> int:
    """The reviewed definition files as rows; how many. Raises DefinitionError."""
    definitions = read_definitions(set(Indicator.objects.in_use().values_list("code", flat=True)))
    for one in definitions:
        SeriesDefinition.objects.update_or_create(
            slug=one.slug,
            defaults={
                "title": one.title,
                "unit": one.unit,
                "indicator_code": one.indicator,
                "reader": one.reader,
                "column": one.column,
                "lo": one.lo,
                "hi": one.hi,
                "is_log": one.log,
                "direction": one.direction,
                "why": one.why,
                "author": one.author,
                "checker": one.checker,
                "next_review_on": one.next_review_on,
            },
        )
    return len(definitions)
