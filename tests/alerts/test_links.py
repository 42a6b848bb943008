"""Signed links: whom they stand for, for how long, and what they are no good for."""

import datetime as dt

import pytest
import time_machine
from django.core import signing
from pytest_django import Settings

from alerts import links
from people.permissions import Role
from tests import make

pytestmark = pytest.mark.usefixtures("reference")


def test_an_absolute_address_begins_with_the_sites(settings: Settings) -> None:
    settings.SITE_URL = "https://warn.test.example"

    assert links.absolute("/alerts/12/") == "https://warn.test.example/alerts/12/"


def test_each_link_leads_to_its_person() -> None:
    one, other = make.person(), make.person()

    assert links.person_of(links.manage_token(one)) == one
    assert links.person_of_unsubscribe(links.unsubscribe_token(other)) == other


def test_a_token_of_one_purpose_is_no_good_for_the_other() -> None:
    person = make.person()

    assert links.person_of(links.unsubscribe_token(person)) is None
    assert links.person_of_unsubscribe(links.manage_token(person)) is None


@pytest.mark.parametrize("place", [0, 3, -1, -20])
def test_a_token_that_was_touched_leads_to_nobody(place: int) -> None:
    person = make.person()
    for token, read in (
        (links.manage_token(person), links.person_of),
        (links.unsubscribe_token(person), links.person_of_unsubscribe),
    ):
        place = place % len(token)
        touched = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert read(touched) is None
        assert read(token[: place or 1]) is None


@pytest.mark.parametrize("token", ["", ":", "::", "x", "é", "a:b:c", "." * 5000, "\x00"])
def test_what_is_no_token_leads_to_nobody(token: str) -> None:
    assert links.person_of(token) is None
    assert links.person_of_unsubscribe(token) is None


def test_another_installations_tokens_lead_to_nobody(settings: Settings) -> None:
    person = make.person()
    tokens = links.manage_token(person), links.unsubscribe_token(person)

    settings.SECRET_KEY = "another installation's"

    assert (links.person_of(tokens[0]), links.person_of_unsubscribe(tokens[1])) == (None, None)


def test_the_link_to_the_rules_lasts_400_days_and_the_one_that_ends_mails_for_ever() -> None:
    person = make.person()
    with time_machine.travel(make.NOW, tick=False):
        manage, unsubscribe = links.manage_token(person), links.unsubscribe_token(person)
    with time_machine.travel(make.NOW + dt.timedelta(days=400), tick=False):
        assert links.person_of(manage) == person
    with time_machine.travel(make.NOW + dt.timedelta(days=400, seconds=2), tick=False):
        assert links.person_of(manage) is None
        assert links.person_of_unsubscribe(unsubscribe) == person


def test_who_is_switched_off_or_gone_has_no_link() -> None:
    person = make.person(Role.FOCAL_POINT)
    tokens = links.manage_token(person), links.unsubscribe_token(person)
    type(person).objects.filter(pk=person.pk).update(is_active=False)

    assert (links.person_of(tokens[0]), links.person_of_unsubscribe(tokens[1])) == (None, None)
    person.delete()
    assert (links.person_of(tokens[0]), links.person_of_unsubscribe(tokens[1])) == (None, None)


def test_when_an_address_passes_to_another_the_old_mails_open_no_rules_but_still_end_mails() -> None:
    person = make.person()
    manage, unsubscribe = links.manage_token(person), links.unsubscribe_token(person)
    type(person).objects.filter(pk=person.pk).update(email="new@test.example")

    assert links.person_of(manage) is None
    assert links.person_of_unsubscribe(unsubscribe) == person


def test_a_token_tells_no_address() -> None:
    person = make.person(email="ana@office.test.example")

    for token in (links.manage_token(person), links.unsubscribe_token(person)):
        payload = signing.b64_decode(token.split(":")[0].encode())
        assert b"ana" not in payload
        assert b"office" not in payload
