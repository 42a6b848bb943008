"""The database as every test finds it: put aside once, put back after each test that committed.

Django would empty a hundred tables and write its own rows again, and the next test would load the reference data anew:
a second each time. Here only tables that hold rows are emptied, and what they held before is copied back.
"""

from django.db import connection
from django.test import TransactionTestCase

_OURS = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations'"
_PUT_ASIDE = f"""
DROP SCHEMA IF EXISTS aside CASCADE;
CREATE SCHEMA aside;
DO $$
DECLARE
    one record;
    holds_rows boolean;
BEGIN
    FOR one IN {_OURS} LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', one.name) INTO holds_rows;
        IF holds_rows THEN
            EXECUTE format('CREATE TABLE aside.%I AS TABLE public.%I', one.name, one.name);
        END IF;
    END LOOP;
END $$
"""
# Locked as TRUNCATE would lock them: whoever still writes is waited for, and none of its rows stays behind.
# A replica's role lets no guard and no foreign key speak: rows go and come in any order.
# A test may have taken migrations back: columns then stand in another order, and numbers begin anew.
_PUT_BACK = f"""
DO $$
DECLARE
    one record;
    holds_rows boolean;
BEGIN
    SET LOCAL session_replication_role = replica;
    EXECUTE (
        SELECT 'LOCK TABLE ' || string_agg(format('public.%I', name), ', ') || ' IN ACCESS EXCLUSIVE MODE'
        FROM ({_OURS}) AS ours
    );
    FOR one IN {_OURS} LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', one.name) INTO holds_rows;
        IF holds_rows THEN
            EXECUTE format('DELETE FROM public.%I', one.name);
        END IF;
    END LOOP;
    FOR one IN
        SELECT table_name AS name, string_agg(format('%I', column_name), ', ') AS columns,
            bool_or(column_name = 'id' AND data_type IN ('integer', 'bigint')) AS is_numbered
        FROM information_schema.columns WHERE table_schema = 'aside' GROUP BY table_name
    LOOP
        EXECUTE format(
            'INSERT INTO public.%I (%s) SELECT %s FROM aside.%I', one.name, one.columns, one.columns, one.name
        );
        IF one.is_numbered THEN
            EXECUTE format(
                'SELECT setval(s, greatest(nextval(s), (SELECT max(id) FROM public.%I))) '
                'FROM pg_get_serial_sequence(''public.%I'', ''id'') AS s',
                one.name, one.name
            );
        END IF;
    END LOOP;
END $$
"""


def put_aside() -> None:
    """What the database holds now is what every test is to find, this one's and other connections'."""
    with connection.cursor() as cursor:
        cursor.execute(_PUT_ASIDE)
    TransactionTestCase._fixture_teardown = _put_back  # type: ignore[attr-defined]  # Django's own would empty all


def _put_back(_test: TransactionTestCase) -> None:
    put_back()


def put_back() -> None:
    """Needs the rights of a superuser, which a test's database has."""
    with connection.cursor() as cursor:
        cursor.execute(_PUT_BACK)
