"""In which thread a country's alerts stand."""

import pytest
from django.db import DatabaseError, transaction

from alerts.models import Alert, Situation, SituationPlace
from alerts.situations.situations import home_situation
from tests import make
from tests.alerts import outbox
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")


def test_the_alerts_of_a_country_share_one_situation() -> None:
    first, second, other = outbox.alert(), outbox.alert(), outbox.alert(iso3="SDN")

    assert first.situation == second.situation != other.situation
    assert first.situation.name == "Myanmar"


def test_after_a_situation_was_closed_another_is_opened_under_a_free_name() -> None:
    with transaction.atomic():
        first = home_situation(country=make.country(), at=NOW)
    admin = make.person()
    Situation.objects.filter(pk=first.pk).update(closed_at=NOW, closed_by=admin, closing_reason="it is over")
    SituationPlace.objects.filter(situation=first).update(until=NOW)

    with transaction.atomic():
        second = home_situation(country=make.country(), at=NOW)

    assert (first.slug, second.slug) == ("myanmar", "myanmar-2")


def test_a_withdrawn_alert_stays_withdrawn() -> None:
    alert = outbox.alert()
    Alert.objects.filter(pk=alert.pk).update(withdrawn_at=NOW)

    with pytest.raises(DatabaseError, match="withdrawn once"), transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(withdrawn_at=None)
