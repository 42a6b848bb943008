"""Migrations of every app in few steps; here because every app may know this one.

Django renders the models of a migration's state anew after each operation, and with them all that are related: one
migration of 128 operations took 22 s of work for a second of SQL. Here operations in a row are one change of the state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from django.db.migrations import operations as ops
from django.db.migrations.operations.base import Operation

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState

_ON_FIELDS = (ops.AddField, ops.AlterField)
_ON_MODELS = (ops.AddConstraint, ops.RemoveConstraint, ops.AddIndex, ops.RemoveIndex)


class Step(Operation):
    """Operations between two states. What is said of a model that the same step creates is in its creation already."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def deconstruct(self) -> tuple[str, Sequence[object], dict[str, object]]:
        return type(self).__name__, [self.operations], {}

    def describe(self) -> str:
        return "; ".join(one.describe() for one in self.operations)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # a cached property: rendered once, when it is asked for next
        for one in self.operations:
            one.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for one in self._on_tables():
            one.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for one in reversed(list(self._on_tables())):
            is_addition = isinstance(one, (ops.AddConstraint, ops.AddIndex))  # on columns that `to_state` may lack
            one.database_backwards(app_label, schema_editor, from_state, from_state if is_addition else to_state)

    def _on_tables(self) -> Iterator[Operation]:
        created: set[str] = set()
        for one in self.operations:
            if isinstance(one, ops.CreateModel):
                created.add(one.name_lower)
            if isinstance(one, ops.CreateModel) or _model_of(one) not in created:
                yield one


def together(operations: Iterable[Operation]) -> list[Operation]:
    """The same operations in steps; what is no plain change of tables stays alone and where it stands."""
    found: list[Operation] = []
    row: list[Operation] = []
    for one in operations:
        if not _is_plain(one) or _changes_again(one, row):
            found += _step(row)
            row = []
        if _is_plain(one):
            row.append(one)
        else:
            found.append(one)
    return found + _step(row)


def _step(row: list[Operation]) -> list[Operation]:
    return [Step(row)] if len(row) > 1 else list(row)


def _is_plain(one: Operation) -> bool:
    return isinstance(one, (ops.CreateModel, *_ON_FIELDS, *_ON_MODELS))


def _model_of(one: Operation) -> str:
    return str(one.model_name_lower) if isinstance(one, (*_ON_FIELDS, *_ON_MODELS)) else ""


def _changes_again(one: Operation, row: list[Operation]) -> bool:
    """Whether it changes a field that the row touches already: between two states a field changes once."""
    if not isinstance(one, _ON_FIELDS):
        return False
    key = (one.model_name_lower, one.name_lower)
    return any(isinstance(other, _ON_FIELDS) and (other.model_name_lower, other.name_lower) == key for other in row)
