"""Publishes and retires versions of the method; what differs between two of them."""

import dataclasses
import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from indicators.frames import catalogue_of, version_in_use
from indicators.models import Framework, MethodVersion, SeriesDefinition, Standing
from indicators.models.score import LEAST_FOR_LOW
from indicators.scoring.differences import Difference, differences
from indicators.scoring.errors import ScoringInputError
from indicators.scoring.identity import method_json
from indicators.scoring.parameters import SHIPPED, Parameters

FIRST = "the first version"
LEAST_DIGITS = 6  # of a digest, to name a version
_DIGITS = re.compile(rf"[0-9a-fA-F]{{{LEAST_DIGITS},64}}")
_LOCK = 901_2026  # an arbitrary number: PostgreSQL's advisory lock of what ends versions


class MethodError(ValueError):
    """A version that cannot be published or retired; says what was found, what was wanted and what to do."""


@transaction.atomic
def publish_shipped(*, at: dt.datetime) -> MethodVersion:
    """The shipped parameters with the catalogue and the goalposts in use. Safe to run twice.

    What it changes against the version in use stands in its note. Raises MethodError.
    """
    version = _version(SHIPPED, note="", at=at)
    standing = MethodVersion.objects.filter(sha256=version.sha256).first()
    if standing is not None:
        return standing
    before = MethodVersion.objects.by_use().select_related("framework").first()
    version.note = FIRST if before is None else _shipped_note(before, version)
    version.save()
    return version


@transaction.atomic
def publish(*, overrides: Mapping[str, Any], note: str, at: dt.datetime) -> MethodVersion:
    """The parameters in use with some of them changed, as a version beside the others.

    It comes into use with its first run. Raises MethodError, and frames.NoMethodError where there is none to change.
    """
    if not note.strip():
        raise MethodError("note: found none; wanted what changes and why")
    base = version_in_use()
    try:
        parameters = Parameters.from_mapping(overrides, base=Parameters.from_mapping(base.parameters))
    except ScoringInputError as error:
        raise MethodError(str(error)) from error
    if parameters.coverage_for_low < LEAST_FOR_LOW:
        raise MethodError(
            f"parameter K_min_for_low: found {parameters.coverage_for_low:g}; wanted {LEAST_FOR_LOW:g} or more: "
            "where less is known, silence would read as low"
        )
    version = _version(parameters, note=note.strip(), at=at)
    standing = MethodVersion.objects.filter(sha256=version.sha256).first()
    if standing is not None:
        state = "retired" if standing.retired_at else "published"
        raise MethodError(f"parameters: found those of method {standing.sha256[:8]}, {state}; wanted others")
    version.save()
    return version


@transaction.atomic
def retire(*, sha256: str, at: dt.datetime) -> MethodVersion:
    """Ends a version: its scores stay readable and are computed no more. Raises MethodError."""
    _take_turns()
    version = _found(sha256)
    if version.retired_at is not None:
        raise MethodError(f"method {version.sha256[:8]}: found it retired already; wanted one that is published")
    others = MethodVersion.objects.published().exclude(pk=version.pk)
    if not others.with_scores().exists():
        raise MethodError(
            f"method {version.sha256[:8]}: found no other published method under which scores stand; "
            "wanted one first (`manage.py publish_method`)"
        )
    version.retired_at = at
    version.save(update_fields=["retired_at"])
    return version


@transaction.atomic
def bring_back(*, sha256: str) -> MethodVersion:
    """Publishes a retired version again, as it was; like a new one it comes into use with its next full run.

    What stood under it stands no more: it knows nothing of what came in meanwhile. Raises MethodError.
    """
    _take_turns()
    version = _found(sha256)
    if version.retired_at is None:
        raise MethodError(f"method {version.sha256[:8]}: found it published; wanted one that is retired")
    Standing.objects.filter(method=version).delete()
    version.gaps = [*version.gaps, [version.retired_at.isoformat(), None]]
    version.retired_at = None
    version.save(update_fields=["retired_at", "gaps"])
    return version


def note_standing(*, method_id: int, at: dt.datetime) -> None:
    """That scores stand under a version from `at` on: for the first time, or again after it was brought back."""
    version = MethodVersion.objects.select_for_update().get(pk=method_id)
    if version.stands_from is None:
        version.stands_from = at
    if version.gaps and version.gaps[-1][1] is None:
        version.gaps[-1][1] = at.isoformat()
    version.save(update_fields=["stands_from", "gaps"])


@transaction.atomic
def retire_equals(version: MethodVersion, *, at: dt.datetime) -> list[MethodVersion]:
    """Ends the older versions that say the same as `version` in fewer words; those.

    A release may write down a parameter that older versions leave out, with the value that they are read with. Both
    give the same numbers for ever, so two lines on every page would say nothing. None where `version` itself was
    retired while its run was at work: then the older one goes on.
    """
    _take_turns()
    if not MethodVersion.objects.published().filter(pk=version.pk).exists():
        return []
    older = MethodVersion.objects.published().filter(
        framework=version.framework_id, goalposts=version.goalposts, published_at__lte=version.published_at
    )
    said = Parameters.from_mapping(version.parameters)
    equal = [
        one
        for one in older.exclude(pk=version.pk)
        if Parameters.from_mapping(one.parameters) == said and len(one.parameters) < len(version.parameters)
    ]
    for one in equal:
        one.retired_at = at
        one.save(update_fields=["retired_at"])
    return equal


def _take_turns() -> None:
    """One at a time, until the transaction ends: two that end each other's last other version would leave none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def differences_between(old: MethodVersion, new: MethodVersion) -> list[Difference]:
    """Every parameter, goalpost and catalogue in which two versions differ; needs their frameworks loaded."""
    return differences(_said(old), _said(new))


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """A version with what differs from the one published before it."""

    method: MethodVersion
    is_in_use: bool
    before: MethodVersion | None  # None: it is the first
    differences: list[Difference]


def versions_told(in_use: MethodVersion | None) -> list[Told]:
    """Every version, retired ones too, the latest published first: one query."""
    rows = list(MethodVersion.objects.select_related("framework").order_by("published_at", "pk"))
    told = [
        Told(one, one == in_use, before, differences_between(before, one) if before else [])
        for before, one in zip([None, *rows][:-1], rows, strict=True)
    ]
    return told[::-1]


def _said(version: MethodVersion) -> dict[str, Any]:
    return {
        **version.parameters,
        "goalposts": version.goalposts,
        "framework": version.framework.version,
    }


def _shipped_note(before: MethodVersion, version: MethodVersion) -> str:
    """What a release changed, in the words of the parameters; no more is known here."""
    changed, name = differences_between(before, version), before.sha256[:8]
    joined = sorted(version.goalposts.keys() - before.goalposts.keys())  # whole series, and not each of their numbers
    keys = [one for one in changed if not one.key.startswith(tuple(f"goalposts.{slug}." for slug in joined))]
    is_same = Parameters.from_mapping(before.parameters) == Parameters.from_mapping(version.parameters)
    written = [one.key for one in keys if is_same and one.is_added and one.key in version.parameters]
    others = [one.key for one in keys if one.key not in written]
    writes = f"writes down {', '.join(written)}, with the values that it is read with"
    if not joined and not others and written:
        return f"the same numbers as method {name}: {writes}"
    said = [f"counts the series {', '.join(joined)} as well"] if joined else []
    said += [f"changes {', '.join(others)}"] if others else []
    said += [writes] if written else []
    return (
        f"shipped with a release; against method {name} it {'; '.join(said) or 'changes the wording of the catalogue'}"
    )


def published(sha256: str) -> MethodVersion:
    """The published version whose digest begins so, its framework loaded. Raises MethodError."""
    version = _found(sha256)
    if version.retired_at is not None:
        raise MethodError(f"method {version.sha256[:8]}: found it retired; wanted one that is published")
    return version


def digest_asked(sha256: str) -> str:
    """The first digits of a digest, as they are stored: enough of them to mean one version. Raises MethodError."""
    if not _DIGITS.fullmatch(sha256):
        raise MethodError(
            f"method {sha256[:64]!r}: found no {LEAST_DIGITS} to 64 hexadecimal digits; wanted so many of its SHA-256"
        )
    return sha256.lower()


def _found(sha256: str) -> MethodVersion:
    asked = digest_asked(sha256)
    found = list(MethodVersion.objects.select_related("framework").filter(sha256__startswith=asked)[:2])
    if len(found) != 1:
        known = ", ".join(sha[:8] for sha in MethodVersion.objects.order_by("pk").values_list("sha256", flat=True))
        what = "more than one" if found else "none"
        raise MethodError(f"method {sha256[:64]}: found {what} whose digest begins so; wanted one of {known}")
    return found[0]


def _version(parameters: Parameters, *, note: str, at: dt.datetime) -> MethodVersion:
    framework = Framework.objects.order_by("-version").first()
    if framework is None:
        raise MethodError("framework: found none loaded; wanted `manage.py load_reference` first")
    catalogue = catalogue_of(framework.indicators.select_related("factor").order_by("order"))
    goalposts = _goalposts()
    # The catalogue file's own digest is part of it: a corrected label makes a version that shows the label.
    text = method_json(parameters, catalogue) + json.dumps(goalposts, sort_keys=True, separators=(",", ":"))
    return MethodVersion(
        formula=parameters.formula,
        framework=framework,
        parameters=json.loads(parameters.canonical_json()),
        goalposts=goalposts,
        sha256=hashlib.sha256((text + framework.sha256).encode()).hexdigest(),
        note=note,
        published_at=at,
    )


def _goalposts() -> dict[str, Any]:
    return {
        definition.slug: {
            "indicator": definition.indicator_code,
            "lo": definition.lo,
            "hi": definition.hi,
            "log": definition.is_log,
            "direction": definition.direction,
        }
        for definition in SeriesDefinition.objects.order_by("slug")
    }
