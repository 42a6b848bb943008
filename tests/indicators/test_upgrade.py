"""From one pointer a country to one a country and method: nothing that stood is lost, either way."""

import pytest
from django.core.management import call_command
from django.db import connection

from indicators.models import MethodVersion, Standing
from tests import make
from tests.indicators.rescoring import run_all

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("reference")]


def pointers() -> set[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT country_id, snapshot_id FROM indicators_standing")
        return set(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_what_stood_before_stands_after_the_upgrade() -> None:
    make.accepted()
    run_all()
    before = pointers()

    call_command("migrate", "indicators", "0005", verbosity=0)
    old = pointers()
    call_command("migrate", verbosity=0)

    assert before == old == pointers()
    assert {row.method_id for row in Standing.objects.all()} == {MethodVersion.objects.get().pk}
    assert MethodVersion.objects.get().stands_from == make.NOW
