"""Operations in a row are one change of the state, and leave the tables that they leave one by one."""

from django.db import connection, models
from django.db.migrations import operations as ops
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from people.migrating import Step, together

NOTE = ops.CreateModel("Note", [("id", models.BigAutoField(primary_key=True)), ("day", models.DateField())])
WORDS = ops.AddField("note", "words", models.TextField(default=""))
RULE = ops.AddConstraint("note", models.CheckConstraint(condition=~models.Q(words=""), name="note_says_something"))
ORDER = ops.AddIndex("note", models.Index(models.F("day").desc(), models.F("words"), name="notes_in_order"))
SAID = [
    "day date NOT NULL", "id bigint NOT NULL", "note_says_something CHECK ((NOT (words = ''::text)))",
    "notes_in_order CREATE INDEX notes_in_order ON public.trial_note USING btree (day DESC, words)",
    "words text NOT NULL",
]  # fmt: skip


def forwards(state: ProjectState, operations: list[Operation]) -> ProjectState:
    for one in operations:
        before = state.clone()
        one.state_forwards("trial", state)
        with connection.schema_editor() as editor:
            one.database_forwards("trial", editor, before, state)
    return state


def standing() -> list[str]:
    asked = """
        SELECT concat_ws(' ', attname, format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'NOT NULL' END)
        FROM pg_attribute WHERE attrelid = to_regclass('trial_note') AND attnum > 0 AND NOT attisdropped
        UNION SELECT concat_ws(' ', conname, pg_get_constraintdef(oid)) FROM pg_constraint
        WHERE conrelid = to_regclass('trial_note') AND contype = 'c'
        UNION SELECT concat_ws(' ', indexname, indexdef) FROM pg_indexes
        WHERE tablename = 'trial_note' AND indexname NOT LIKE '%_pkey'
    """
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return sorted(row[0] for row in cursor.fetchall())


def test_a_step_leaves_what_its_operations_leave_one_by_one(transactional_db: None) -> None:
    one_by_one = forwards(ProjectState(), [NOTE, WORDS, RULE, ORDER])
    assert standing() == SAID
    with connection.schema_editor() as editor:
        editor.delete_model(one_by_one.apps.get_model("trial", "Note"))

    step = forwards(ProjectState(), together([NOTE, WORDS, RULE, ORDER]))
    assert standing() == SAID
    assert step == one_by_one
    with connection.schema_editor() as editor:
        Step([NOTE, WORDS, RULE, ORDER]).database_backwards("trial", editor, step, ProjectState())
    assert standing() == []


def test_a_step_on_a_table_that_stands_can_be_taken_back(transactional_db: None) -> None:
    before = forwards(ProjectState(), [NOTE])
    (step,) = together([WORDS, RULE, ORDER])
    after = forwards(before.clone(), [step])
    assert standing() == SAID
    with connection.schema_editor() as editor:
        step.database_backwards("trial", editor, after, before)
    assert standing() == ["day date NOT NULL", "id bigint NOT NULL"]
    with connection.schema_editor() as editor:
        editor.delete_model(before.apps.get_model("trial", "Note"))


def test_what_is_no_plain_change_stays_alone_in_its_place_and_a_field_changes_once_a_step() -> None:
    sql = ops.RunSQL("SELECT 1", "SELECT 1")
    longer = ops.AlterField("note", "words", models.CharField(max_length=9))

    found = together([NOTE, WORDS, sql, RULE, ORDER])
    assert [getattr(one, "operations", one) for one in found] == [[NOTE, WORDS], sql, [RULE, ORDER]]
    assert [getattr(one, "operations", one) for one in together([WORDS, RULE, longer])] == [[WORDS, RULE], longer]
    assert together([sql, RULE]) == [sql, RULE]
