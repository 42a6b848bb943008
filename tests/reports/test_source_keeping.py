"""Keeping sources: who may, what is refused, and that each change stands with who, when and why."""

import contextlib
import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from pytest_django import Settings

from indicators import voices
from people.permissions import Role
from reports.models import Source
from reports.source_keeping import (
    SourceError,
    change_schedule,
    change_source,
    create_source,
    refused_address,
)
from tests import make
from tests.reports.fetchable import HOUR, fetched_source
from tests.reports.texts import cluster, report, text, words

pytestmark = pytest.mark.django_db
ADDRESS = "https://feed.publisher.test.example/rss"


def values(**fields: Any) -> dict[str, Any]:
    defaults = {
        "name": "A made-up publisher", "reliability": "B", "reliability_reason": "it names its sources",
        "review_on": dt.date(2025, 7, 1), "licence": "not stated", "reader": "feed", "address": ADDRESS,
        "fetch_every": HOUR, "new_family": ("made-up", "A made-up body"),
    }  # fmt: skip
    return defaults | fields


def created(**fields: Any) -> Source:
    return create_source(
        by=make.person(Role.ADMIN), at=make.NOW, slug="made-up", values=values(**fields), reason="asked for"
    )


# --- new ones ----------------------------------------------------------------------------------------------
def test_a_new_source_is_off_says_why_and_stands_with_who_made_it() -> None:
    source = created()

    change = source.changes.get()
    assert (source.is_on, source.family.name, bool(source.off_because)) == (False, "A made-up body", True)
    assert (change.reason, change.at, change.by.role) == ("asked for", make.NOW, Role.ADMIN)
    assert {"field": "grade", "before": "", "after": "B"} in change.fields


def test_one_whose_files_are_sent_in_needs_neither_address_nor_cadence() -> None:
    source = created(reader="", address="", fetch_every=None)

    assert (source.reader, source.off_because) == ("", "")


@pytest.mark.parametrize("slug", ["new", "fetched", "fetch-all", "taken"])
def test_a_short_name_that_is_taken_is_refused(slug: str) -> None:
    make.source(slug="taken")

    with pytest.raises(SourceError, match="which is taken"):
        create_source(by=make.person(Role.ADMIN), at=make.NOW, slug=slug, values=values(), reason="")


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"reader": "telepathy"}, "reader", "found telepathy; wanted one of"),
        ({"address": "http://feed.test.example/"}, "address", "wanted https://"),
        ({"fetch_every": None}, "every_minutes", "wanted how often"),
        ({"credential": "SOURCE_KEY"}, "credential", "sends none"),
        ({"reader": "reliefweb-v2", "credential": "SECRET_KEY"}, "credential", "begins with SOURCE_"),
        ({"reader": "", "fetch_every": None}, "reader", "wanted both or neither"),
    ],
)
def test_what_cannot_stand_is_refused_with_its_field(fields: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(SourceError, match=said) as refused:
        created(**fields)

    assert refused.value.field == field
    assert not Source.objects.filter(slug="made-up").exists()


@pytest.mark.parametrize(
    ("address", "is_refused"),
    [
        (ADDRESS, False), ("https://feed.test.example:443/", False), ("http://feed.test.example/", True),
        ("https://feed.test.example:8443/", True), ("https://localhost/", True), ("https://printer/", True),
        ("https://127.0.0.1/", True), ("https://10.1.2.3/", True), ("https://169.254.169.254/latest", True),
        ("https://2130706433/", True), ("https://0x7f.1/", True), ("https://[::1]/", True),
        ("https://[::ffff:10.0.0.1]/", True), ("https://db.internal/", True), ("https://a:b@feed.test.example/", True),
        ("ftp://feed.test.example/", True), ("https://x:port/", True), ("", True), ("https://8.8.8.8/feed", False),
    ],
)  # fmt: skip
def test_only_addresses_of_public_servers_by_https_are_taken(address: str, is_refused: bool) -> None:
    assert bool(refused_address(address)) == is_refused


def test_an_operators_own_mirror_is_taken(settings: Settings) -> None:
    settings.FETCH_ALSO = frozenset({("127.0.0.1", 8080)})

    assert not refused_address("http://127.0.0.1:8080/feed")
    assert refused_address("http://127.0.0.1:8081/feed")


# --- changes -----------------------------------------------------------------------------------------------
def test_a_change_says_before_and_after_and_why() -> None:
    source = created()
    change_source(
        source_id=source.pk, by=make.person(Role.ADMIN), at=make.NOW + HOUR, reason="it hid a retraction",
        values={"reliability": "D", "off_because": "not trusted now"},
    )  # fmt: skip

    last = source.changes.order_by("-pk").first()
    assert last is not None
    assert (last.reason, last.at) == ("it hid a retraction", make.NOW + HOUR)
    assert {"field": "grade", "before": "B", "after": "D"} in last.fields
    assert len(last.fields) == 2


@pytest.mark.parametrize("is_alike", [True, False])
def test_the_family_stays_once_scores_rest_on_it(is_alike: bool) -> None:
    source, by = created(), make.person(Role.ADMIN)
    report(text(words(1)), source=source), report(text(words(1 if is_alike else 2)))
    cluster()

    other = {"family": make.family("other")}
    with pytest.raises(SourceError, match="make a new source") if is_alike else contextlib.nullcontext():
        change_source(source_id=source.pk, by=by, at=make.NOW, values=other, reason="it is another body")
    source.refresh_from_db()
    assert source.family.slug == ("made-up" if is_alike else "other")


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("is_own", [True, False])
def test_the_family_stays_once_evidence_stands_under_it(is_own: bool) -> None:
    source, by = created(), make.person(Role.ADMIN)
    first = report(text(words(1)), source=source, published_on=dt.date(2024, 5, 9))
    report(text(["wire"], words(1)), published_on=dt.date(2024, 5, 1))
    said = make.accepted(of=first.passages.first(), family=source.family if is_own else make.family("ascribed"))

    other = {"family": make.family("other")}
    with pytest.raises(SourceError, match="evidence under its family") if is_own else contextlib.nullcontext():
        change_source(source_id=source.pk, by=by, at=make.NOW, values=other, reason="it is another body")
    cluster()

    assert (said.pk in voices.voices()) is is_own


def test_what_changes_nothing_leaves_no_row_and_no_reason_is_refused() -> None:
    source, by = created(), make.person(Role.ADMIN)
    change_source(source_id=source.pk, by=by, at=make.NOW, reason="again", values={"reliability": "B"})
    assert source.changes.count() == 1

    with pytest.raises(SourceError, match="wanted why it is changed"):
        change_source(source_id=source.pk, by=by, at=make.NOW, reason=" ", values={"reliability": "C"})


def test_one_that_is_no_longer_fetched_goes_off() -> None:
    source = fetched_source(address=ADDRESS)
    change_source(
        source_id=source.pk, by=make.person(Role.ADMIN), at=make.NOW, reason="it closed",
        values={"reader": "", "address": ""},
    )  # fmt: skip

    source.refresh_from_db()
    assert (source.is_on, source.fetch_every) == (False, None)


@pytest.mark.parametrize("what", ["update", "delete"])
def test_the_database_refuses_to_rewrite_what_was_changed(what: str) -> None:
    created()
    deeds = {"update": "UPDATE reports_sourcechange SET reason = 'x'", "delete": "DELETE FROM reports_sourcechange"}
    with pytest.raises(DatabaseError, match="rows are never"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(deeds[what])


def test_the_database_takes_no_name_of_another_secret() -> None:
    with pytest.raises(IntegrityError, match="source_key_is_named_as_a_source_key"):
        make.source(credential="SECRET_KEY")


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_nobody_else_keeps_sources(role: Role) -> None:
    by, source = make.person(role), fetched_source(address=ADDRESS)
    with pytest.raises(SourceError, match="may not manage"):
        create_source(by=by, at=make.NOW, slug="made-up", values=values(), reason="")
    with pytest.raises(SourceError, match="may not manage"):
        change_source(source_id=source.pk, by=by, at=make.NOW, values={}, reason="x")
    with pytest.raises(SourceError, match="may not manage"):
        change_schedule(source_id=source.pk, by=by, at=make.NOW, is_on=True, fetch_every=HOUR)


# --- switching on and off ----------------------------------------------------------------------------------
def test_one_who_manages_sources_switches_them_on_and_off() -> None:
    source = fetched_source(is_on=False, off_because="terms not read")
    by = make.person(Role.ADMIN)

    on = change_schedule(source_id=source.pk, by=by, at=make.NOW, is_on=True, fetch_every=2 * HOUR)
    assert (on.is_on, on.fetch_every, on.off_because, on.on_since) == (True, 2 * HOUR, "", make.NOW)
    off = change_schedule(
        source_id=source.pk, by=by, at=make.NOW, is_on=False, fetch_every=HOUR, off_because=" too loud "
    )
    assert (off.is_on, off.off_because) == (False, "too loud")
    assert [change.reason for change in source.changes.order_by("pk")] == ["schedule", "too loud"]


def test_a_source_is_not_switched_off_without_a_reason() -> None:
    with pytest.raises(SourceError, match="wanted why the source is off"):
        change_schedule(
            source_id=fetched_source().pk, by=make.person(Role.ADMIN), at=make.NOW, is_on=False, fetch_every=HOUR
        )
