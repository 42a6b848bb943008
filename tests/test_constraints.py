"""What must hold is a constraint, and its name reads as a sentence."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.loader import MigrationLoader

from people.models import User
from reports.models import Passage, Report, Retrieval, Source
from tests import make

OURS = ("people", "countries", "reports", "indicators", "alerts")
VERBS = {
    "is",
    "has",
    "have",
    "says",
    "comes",
    "differ",
    "keeps",
    "leaves",
    "ends",
    "are",
    "go",
    "goes",
    "was",
    "makes",
    "releases",
}


def constraints() -> Iterator[tuple[type[models.Model], models.BaseConstraint]]:
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            for constraint in model._meta.constraints:
                yield model, constraint


def test_every_constraints_name_reads_as_a_sentence() -> None:
    names = [constraint.name for _, constraint in constraints()]

    assert len(names) > 30
    for name in names:
        words = set(name.split("_"))
        assert words & VERBS or name.startswith("one_"), name
        assert len(words) > 2 or "differ" in words, name


def test_every_constraint_stands_in_the_database_under_its_name(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")
        standing = {row[0] for row in cursor.fetchall()}

    assert {constraint.name for _, constraint in constraints()} <= standing


def test_every_record_that_never_changes_is_guarded_by_the_database(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        guards = {row[0].removesuffix("_is_never_rewritten") for row in cursor.fetchall()}

    assert guards >= {
        "reports_report", "reports_passage", "indicators_evidence", "indicators_seriesvalue", "indicators_snapshot",
        "indicators_history", "indicators_framework", "indicators_factor", "indicators_indicator",
        "indicators_methodversion",
    }  # fmt: skip


def test_models_and_migrations_agree(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_migrations_are_few_and_every_one_can_be_taken_back() -> None:
    ours = {key: migration for key, migration in MigrationLoader(None).disk_migrations.items() if key[0] in OURS}

    assert len(ours) <= 50
    for key, migration in ours.items():
        assert all(operation.reversible for operation in migration.operations), key


@pytest.mark.django_db(transaction=True)
def test_the_guards_can_be_taken_back_and_put_up_again() -> None:
    call_command("migrate", "indicators", "0002", verbosity=0)
    call_command("migrate", "reports", "0001", verbosity=0)
    call_command("migrate", verbosity=0)

    row = make.passage()
    with pytest.raises(IntegrityError, match="never rewritten"):
        Passage.objects.filter(pk=row.pk).update(text="other")


def retrieval(**fields: Any) -> None:
    Retrieval.objects.create(reader="text", received_at=make.NOW, **fields)


BROKEN: dict[str, Any] = {
    "source_has_a_grade_from_a_to_f": lambda: make.source(reliability="Z"),
    "report_digest_is_sha256": lambda: make.report(sha256="xyz"),
    "report_has_a_known_sensitivity": lambda: make.report(sensitivity=7),
    "passage_ends_after_it_starts": lambda: make.passage(start=5, end=5),
    "passage_has_one_place_in_its_report": lambda: make.passage(make.passage(order=7).report, order=7),
    "retrieval_keeps_its_bytes_until_it_was_read": lambda: retrieval(state="waiting"),
    "retrieval_has_a_report_when_it_was_read": lambda: retrieval(state="done", finished_at=make.NOW),
    "failed_retrieval_says_why": lambda: retrieval(state="failed", finished_at=make.NOW),
    "email_is_kept_in_lower_case": lambda: User.objects.create(email="A@TEST.EXAMPLE", name="A"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", BROKEN)
def test_the_database_refuses_what_must_not_be(name: str) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BROKEN[name]()


@pytest.mark.django_db
def test_a_source_with_reports_cannot_go(db: None) -> None:
    report = make.report()

    with pytest.raises(models.ProtectedError):
        Source.objects.get(pk=report.source_id).delete()
    assert Report.objects.exists()


def test_no_name_of_a_constraint_is_longer_than_postgresql_keeps() -> None:
    assert [c.name for _, c in constraints() if len(c.name) > 63 or not re.fullmatch("[a-z0-9_]+", c.name)] == []
