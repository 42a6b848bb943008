"""What holds on every page of warnings, whoever wrote it: who may open it, what is withheld, what it never says."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from alerts.models import Alert, AlertReason, Delivery
from alerts.outbox.undelivered import SENT_WITHIN
from indicators.models import Evidence, Standing
from people.models import User
from people.permissions import Role, Sensitivity
from r2p_dashboard import clock
from reports.models import Report
from tests import make
from tests.alerts import outbox

pytestmark = pytest.mark.usefixtures("reference")

WARNERS = frozenset({Role.PUBLISHER, Role.ADMIN})
PUBLIC = ("/alerts/", "/alerts/{released}/", "/alerts/feed.atom", "/countries/MMR/")
FOR_WARNERS = ("/outbox/", "/outbox/{delivery}/", "/outbox/{delivery}/mail.html")
DECISIONS = ("/alerts/{draft}/release/", "/alerts/{doubtful}/refuse/", "/outbox/{delivery}/retry/")
SECRET = "Words that name a hidden place"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Rendered parts of a page are kept between requests, and so between tests."""
    cache.clear()


def signed_in(role: Role | None, **fields: Any) -> Client:
    client = Client()
    if role is not None:
        client.force_login(make.person(role, **fields))
    return client


def warned_of(evidence: Evidence | None = None, *, text: str = SECRET, **fields: Any) -> Alert:
    """An alert with one reason, with evidence behind it."""
    alert = outbox.alert(**fields)
    row = evidence or make.accepted()
    AlertReason.objects.create(alert=alert, order=1, text=text, grade="B2", evidence=row)
    return alert


def hide(row: Evidence) -> None:
    Evidence.objects.filter(pk=row.pk).update(sensitivity=Sensitivity.CONFIDENTIAL)


def numbers() -> dict[str, int]:
    released = warned_of()
    refused = outbox.alert(
        state="refused", decided_at=make.NOW, decided_by=make.person(Role.PUBLISHER), decision_reason="one body only"
    )
    draft = outbox.alert(state="draft")
    Standing.objects.update_or_create(
        country=draft.country, method=draft.snapshot.method, defaults={"snapshot": draft.snapshot}
    )
    delivery = outbox.delivery(released, state="refused", next_try_at=None, finished_at=make.NOW, attempts=1)
    return {
        "released": released.pk, "draft": draft.pk, "doubtful": outbox.alert(state="draft").pk, "refused": refused.pk,
        "delivery": delivery.pk,
    }  # fmt: skip


# --- who may open what ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [None, *Role])
def test_who_may_open_and_press_what(role: Role | None) -> None:
    client, of = signed_in(role), numbers()
    warns = role in WARNERS
    staff = 200 if warns else 302 if role is None else 403
    wanted = dict.fromkeys(PUBLIC, 200) | dict.fromkeys(FOR_WARNERS, staff)
    wanted |= dict.fromkeys(("/alerts/{draft}/", "/alerts/{refused}/"), 200 if warns else 404)

    assert {page: client.get(page.format(**of)).status_code for page in wanted} == wanted
    for page in DECISIONS:
        answer = client.post(page.format(**of), {"reason": "found in order"})
        assert (page, answer.status_code) == (page, 403 if role not in {None, *WARNERS} else 302)
        assert warns or role is not None or "/sign-in/" in answer.headers["Location"]


@pytest.mark.parametrize("role", [None, Role.READER, Role.REVIEWER])
def test_pressing_without_the_right_changes_nothing(role: Role | None) -> None:
    client, of = signed_in(role), numbers()
    for page in DECISIONS:
        client.post(page.format(**of), {"reason": "found in order"})

    assert Alert.objects.get(pk=of["draft"]).state == "draft"
    assert Delivery.objects.get(pk=of["delivery"]).state == "refused"


def test_looking_changes_nothing() -> None:
    client, of = signed_in(Role.ADMIN), numbers()
    before = [list(model.objects.order_by("pk").values()) for model in (Alert, Delivery)]

    for page in DECISIONS:
        assert client.get(page.format(**of)).status_code == 405
    for page in (*PUBLIC, *FOR_WARNERS, "/alerts/{draft}/"):
        assert client.put(page.format(**of)).status_code == 405
        assert client.head(page.format(**of)).status_code == 200
        client.get(page.format(**of))

    assert [list(model.objects.order_by("pk").values()) for model in (Alert, Delivery)] == before


def test_a_form_from_elsewhere_is_refused() -> None:
    of, client = numbers(), Client(enforce_csrf_checks=True)
    client.force_login(make.person(Role.PUBLISHER))

    for page in DECISIONS:
        assert client.post(page.format(**of), {"reason": "found in order"}).status_code == 403


# --- what is withheld ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [None, Role.READER, Role.FOCAL_POINT])
@pytest.mark.parametrize("what", ["evidence", "report"])
def test_a_reason_whose_evidence_was_withdrawn_from_the_public_is_nowhere(role: Role | None, what: str) -> None:
    row = make.accepted()
    alert = warned_of(row)
    client = signed_in(role)
    assert SECRET in client.get(f"/alerts/{alert.pk}/").text

    if what == "evidence":
        hide(row)
    else:
        Report.objects.filter(pk=row.passage.report_id).update(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)

    pages = [client.get(page.format(released=alert.pk)) for page in PUBLIC]
    assert not [page.request["PATH_INFO"] for page in pages if SECRET in page.text]
    assert not [page.request["PATH_INFO"] for page in pages if f"/evidence/{row.pk}/" in page.text]
    assert re.search(r"(?i)withheld|not public", client.get(f"/alerts/{alert.pk}/").text)


def test_who_is_cleared_still_reads_it_and_a_publisher_sees_what_the_public_does_not() -> None:
    row = make.accepted()
    alert = warned_of(row)
    hide(row)

    assert SECRET in signed_in(Role.REVIEWER).get(f"/alerts/{alert.pk}/").text


def test_a_withdrawn_reason_leaves_the_feed_even_for_who_asks_with_an_old_tag() -> None:
    row = make.accepted()
    warned_of(row)
    before = Client().get("/alerts/feed.atom")
    hide(row)

    after = Client().get("/alerts/feed.atom", headers={"If-None-Match": before.headers["ETag"]})

    if SECRET in before.text:  # a feed may also carry no reasons at all
        assert after.status_code == 200
        assert SECRET not in after.text


def test_the_feed_says_the_same_to_everybody() -> None:
    row = make.accepted()
    warned_of(row)
    hide(row)

    answers = {signed_in(role).get("/alerts/feed.atom").content for role in (None, Role.ADMIN)}

    assert len(answers) == 1


def test_retracted_evidence_is_said_to_be_so() -> None:
    row = make.accepted()
    alert = warned_of(row)
    at = make.NOW + dt.timedelta(days=1)
    Evidence.objects.filter(pk=row.pk).update(
        status="retracted", retracted_at=at, retracted_by=make.person(Role.ADMIN), retraction_reason="a slip"
    )

    assert "etracted" in Client().get(f"/alerts/{alert.pk}/").text


# --- people --------------------------------------------------------------------------------------------------
def released_by(person: User) -> Alert:
    return warned_of(
        level=4, state="released", decided_by=person, decided_at=make.NOW, released_at=make.NOW,
        decision_reason="found in order",
    )  # fmt: skip


@pytest.mark.parametrize("role", [None, Role.READER, Role.FOCAL_POINT])
def test_no_public_page_names_a_person(role: Role | None) -> None:
    publisher = make.person(Role.PUBLISHER, name="Petra Publisher", email="petra@test.example")
    recipient = make.person(Role.FOCAL_POINT, name="Rita Recipient", email="rita@test.example")
    alert = released_by(publisher)
    outbox.delivery(alert, to=outbox.subscription(recipient))
    client = signed_in(role, name="Me")

    for page in PUBLIC:
        text = client.get(page.format(released=alert.pk)).text
        assert not re.findall(r"Petra|Rita|petra@|rita@", text), page
        assert "/outbox/" not in text, page


def test_staff_see_who_released_and_the_state_of_the_mails() -> None:
    alert = released_by(make.person(Role.PUBLISHER, name="Petra Publisher"))
    outbox.delivery(alert)

    text = signed_in(Role.PUBLISHER).get(f"/alerts/{alert.pk}/").text

    assert "Petra Publisher" in text
    assert "/outbox/?" in text


def test_what_is_about_people_is_kept_nowhere() -> None:
    of, client = numbers(), signed_in(Role.ADMIN)

    for page in (*FOR_WARNERS, "/alerts/{draft}/"):
        assert "no-store" in client.get(page.format(**of)).headers["Cache-Control"], page


# --- what the browser may do ---------------------------------------------------------------------------------
def test_a_mail_is_shown_in_a_cage() -> None:
    client, row = signed_in(Role.ADMIN), outbox.delivery(warned_of())
    page, mail = (client.get(f"/outbox/{row.pk}/{name}") for name in ("", "mail.html"))
    policy = {
        part.split()[0]: part.split()[1:] for part in mail.headers["Content-Security-Policy"].split(";") if part.strip()
    }

    assert re.search(r'<iframe[^>]*\ssandbox(=""|[\s>])[^>]*', page.text)
    assert f'src="/outbox/{row.pk}/mail.html"' in page.text
    assert policy["default-src"] == ["'none'"]
    assert policy["style-src"] == ["'unsafe-inline'"]
    assert policy["sandbox"] == []
    assert policy["frame-ancestors"] == ["'self'"]
    assert policy["img-src"] == ["data:"]  # the picture of the index that the mail carries itself
    assert not {"script-src", "connect-src"} & set(policy)
    assert mail.headers.get("X-Frame-Options") == "SAMEORIGIN"
    assert mail.headers["X-Content-Type-Options"] == "nosniff"


def test_no_other_page_may_be_framed_or_frames_anything() -> None:
    of, client = numbers(), signed_in(Role.ADMIN)

    for page in ("/alerts/", "/alerts/{released}/", "/alerts/{draft}/", "/outbox/", "/outbox/{delivery}/"):
        answer = client.get(page.format(**of))
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy, page
        assert "unsafe" not in policy, page
        assert answer.headers["X-Frame-Options"] == "DENY", page
        if page != "/outbox/{delivery}/":
            assert "frame-src" not in policy, page
        assert not re.search(r'\sstyle="|\son\w+="|<script>|<style(?! id=)', answer.text), page


def test_what_others_wrote_never_becomes_markup() -> None:
    evil = "<img src=x onerror=alert(1)>"
    admin = make.person(Role.ADMIN)
    alert = warned_of(
        text=f"reason {evil}", headline=f"headline {evil}", what_changed=evil, how_sure=evil, not_known=evil,
        can_be_done=evil, decided_by=admin, decision_reason=evil, level=5,
    )  # fmt: skip
    row = outbox.delivery(
        alert, to=outbox.subscription(make.person(name=f"N {evil}")), state="refused", next_try_at=None,
        finished_at=make.NOW, reply_code=550, reply_text=evil,
    )  # fmt: skip
    row.tries.create(at=make.NOW, outcome="refused", code=550, text=evil)
    client = Client()
    client.force_login(admin)

    for page in ("/alerts/", f"/alerts/{alert.pk}/", "/countries/MMR/", "/outbox/", f"/outbox/{row.pk}/",
                 f"/outbox/{row.pk}/mail.html", "/alerts/feed.atom"):  # fmt: skip
        assert "<img src=x" not in client.get(page).text, page


# --- addresses -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", ["/alerts/", "/outbox/"])
@pytest.mark.parametrize(
    "query",
    [
        "country=XXX", "country=%00", "level=9", "level=x", "level=%00", "year=x", "year=99999999999999999999",
        "year=0", "page=x", "page=99999999999999999999", "page=-1", "state=x", "state=%00", "q=%00", "text=%00",
        "person=%00", "alert=x", "alert=99999999999999999999", "as_of=x",
    ],
)  # fmt: skip
def test_an_address_that_makes_no_sense_breaks_nothing(address: str, query: str) -> None:
    warned_of()

    assert signed_in(Role.ADMIN).get(f"{address}?{query}").status_code in {200, 400}


@pytest.mark.parametrize("page", ["/alerts/99999999/", "/outbox/99999999/", "/outbox/99999999/mail.html",
                                  "/alerts/99999999999999999999999/", "/outbox/99999999999999999999999/"])  # fmt: skip
def test_what_is_not_there_is_not_found(page: str) -> None:
    assert signed_in(Role.ADMIN).get(page).status_code == 404


# --- the country page ----------------------------------------------------------------------------------------
def scored_page(client: Client, query: str = "") -> str:
    return client.get(f"/countries/MMR/{query}").text


def test_the_country_page_of_an_earlier_day_knows_no_later_alert() -> None:
    alert = warned_of(headline="A synthetic rise")
    later = make.NOW.date()
    earlier = later - dt.timedelta(days=2)

    assert alert.headline in scored_page(Client(), f"?as_of={make.TODAY}&known_at={later}")
    assert alert.headline not in scored_page(Client(), f"?as_of={earlier}&known_at={earlier}")


@pytest.mark.parametrize("role", [None, Role.ADMIN])
def test_the_country_page_shows_no_draft_and_no_refusal(role: Role | None) -> None:
    outbox.alert(state="draft", headline="A draft headline")
    outbox.alert(
        state="refused", headline="A refused headline", decided_at=make.NOW, decided_by=make.person(Role.PUBLISHER),
        decision_reason="no",
    )  # fmt: skip

    assert not re.search("A draft headline|A refused headline", scored_page(signed_in(role)))


# --- who was not reached ----------------------------------------------------------------------------------------
def test_a_grave_mail_made_a_moment_ago_raises_no_alarm_and_one_that_stays_does() -> None:
    client, now = signed_in(Role.ADMIN), clock.now()
    row = outbox.delivery(
        outbox.alert(level=5, decided_by=make.person(Role.PUBLISHER)), made_at=now, next_try_at=now
    )  # fmt: skip
    assert 'class="missed"' not in client.get("/outbox/").text

    row.next_try_at = now - SENT_WITHIN
    row.save()
    assert "1 mail not sent yet" in client.get("/outbox/").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"matched_at": make.NOW}, "no mail: nobody’s rule asked for it"),
        ({}, "no mail: not matched with rules yet"),
        ({"matched_at": make.NOW, "level": 3}, ""),
        ({"matched_at": make.NOW, "valid_until": dt.date(2024, 8, 1)}, ""),
    ],
)
def test_a_grave_alert_of_which_no_mail_was_made_stands_out_while_it_holds(fields: dict[str, Any], said: str) -> None:
    usual: dict[str, Any] = {"level": 4, "valid_until": dt.date(2999, 1, 1)}
    outbox.alert(decided_by=make.person(Role.PUBLISHER), **(usual | fields))

    page = signed_in(Role.ADMIN).get("/outbox/").text

    assert ('class="missed"' in page) == bool(said)
    assert said in page


# --- words ---------------------------------------------------------------------------------------------------
def test_an_alert_that_is_over_says_so_and_one_that_holds_does_not() -> None:
    over, holds = (warned_of(valid_until=day) for day in (dt.date(2024, 8, 1), dt.date(2999, 1, 1)))

    assert re.search(r"[Ee]xpired", Client().get(f"/alerts/{over.pk}/").text)
    assert not re.search(r"[Ee]xpired", Client().get(f"/alerts/{holds.pk}/").text)


def test_no_page_of_warnings_claims_what_the_index_is_not() -> None:
    of, client = numbers(), signed_in(Role.ADMIN)

    for page in (*PUBLIC, "/outbox/", "/outbox/{delivery}/"):
        text = client.get(page.format(**of)).text.lower()
        assert not [word for word in ("prediction", "probability of", "threat score") if word in text], page
