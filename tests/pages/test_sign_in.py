"""Signing in and out, the account, and what is said where a page cannot be shown."""

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.template.loader import get_template
from django.test import Client, RequestFactory
from pytest_django import Settings

from people.permissions import Role
from r2p_dashboard import views
from tests import make

pytestmark = pytest.mark.django_db


def sign_in(client: Client, email: str, password: str = make.PASSWORD, next_page: str = "") -> str:
    answer = client.post("/sign-in/", {"username": email, "password": password, "next": next_page})
    return str(answer.headers.get("Location", answer.status_code))


def test_signs_in_by_address_in_any_case_and_leads_back(client: Client) -> None:
    person = make.person(Role.CODER)

    assert sign_in(client, person.email.upper(), next_page="/review/") == "/review/"
    assert client.session["_auth_user_id"] == str(person.pk)


@pytest.mark.parametrize("target", ["https://evil.test.example/", "//evil.test.example", "javascript:alert(1)"])
def test_never_leads_to_another_site(client: Client, target: str) -> None:
    assert sign_in(client, make.person().email, next_page=target) == "/"


@pytest.mark.parametrize(("password", "active"), [("wrong", True), (make.PASSWORD, False)])
def test_a_wrong_password_and_a_person_switched_off_are_told_the_same(
    client: Client, password: str, active: bool
) -> None:
    person = make.person(is_active=active)

    page = client.post("/sign-in/", {"username": person.email, "password": password})

    assert "Found no active person with this e-mail address and password" in page.text
    assert "_auth_user_id" not in client.session


def test_a_page_for_staff_sends_nobody_to_sign_in_and_back(client: Client) -> None:
    assert client.get("/review/").headers["Location"] == "/sign-in/?next=/review/"


def test_signing_out_is_a_post(client: Client) -> None:
    client.force_login(make.person())

    assert client.get("/sign-out/").status_code == 405
    client.post("/sign-out/")
    assert "_auth_user_id" not in client.session


def test_the_demonstration_log_ins_are_hinted_at_only_there(client: Client, settings: Settings) -> None:
    assert "make run" in client.get("/sign-in/").text

    settings.INSTALLATION_DAY = None

    assert "make run" not in client.get("/sign-in/").text


def test_changes_ones_own_password_and_stays_signed_in(client: Client) -> None:
    person = make.person()
    client.force_login(person)
    new = "another long phrase 42"

    page = client.post(
        "/account/password/",
        {"old_password": make.PASSWORD, "new_password1": new, "new_password2": new},
        follow=True,
    )

    assert "Your password is changed" in page.text
    person.refresh_from_db()
    assert person.check_password(new)


def test_a_short_password_is_refused(client: Client) -> None:
    client.force_login(make.person())

    page = client.post(
        "/account/password/", {"old_password": make.PASSWORD, "new_password1": "short", "new_password2": "short"}
    )

    assert page.status_code == 400
    assert "too short" in page.text


def test_the_account_says_what_one_may_do(client: Client) -> None:
    assert client.get("/account/").status_code == 302
    client.force_login(make.person(Role.REVIEWER))

    assert "accept or reject evidence" in client.get("/account/").text


def test_a_missing_page_says_where_to_go(client: Client) -> None:
    page = client.get("/nothing/")

    assert page.status_code == 404
    assert "There is no such page" in page.text


def test_a_role_that_may_not_is_told_so(rf: RequestFactory) -> None:
    request = rf.get("/review/")
    request.user = make.person(Role.READER)

    page = views.permission_denied(request, PermissionDenied("your role may not enter evidence"))

    assert page.status_code == 403
    assert "your role may not enter evidence" in page.text


def test_an_unreadable_day_is_told_what_was_wanted(rf: RequestFactory) -> None:
    page = views.bad_request(rf.get("/?as_of=x"), BadRequest("as_of is 'x'; wanted a day such as 2024-06-30"))

    assert page.status_code == 400
    assert "wanted a day such as 2024-06-30" in page.text


def test_what_a_library_says_of_its_insides_is_not_shown(rf: RequestFactory) -> None:
    page = views.page_not_found(rf.get("/x/"), Exception({"tried": ["secret pattern"]}))

    assert page.status_code == 404
    assert "secret" not in page.text


def test_an_old_form_is_told_what_to_do(rf: RequestFactory) -> None:
    page = views.csrf_failure(rf.post("/sign-in/"), reason="CSRF cookie not set.")

    assert page.status_code == 403
    assert "Go back, reload the page" in page.text


def test_the_error_page_renders_with_nothing_at_hand(rf: RequestFactory) -> None:
    assert "Something broke on our side" in get_template("500.html").render()
    assert views.server_error(rf.get("/")).status_code == 500


def test_no_page_has_inline_script_or_style(client: Client) -> None:
    client.force_login(make.person(Role.ADMIN))
    for address in ("/sign-in/", "/account/", "/review/", "/evidence/", "/evidence/new/", "/factors/", "/status/"):
        page = client.get(address).text
        assert " style=" not in page
        assert "<script>" not in page
        assert " onclick=" not in page


def test_every_page_leads_to_the_account_and_an_admin_from_there_to_the_desk(client: Client) -> None:
    client.force_login(make.person(Role.ADMIN))

    assert 'href="/account/"' in client.get("/signals/").text
    assert 'href="/admin/"' in client.get("/account/").text
