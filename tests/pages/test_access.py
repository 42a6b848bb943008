"""Who may open which page: the matrix of pages and roles."""

from collections import defaultdict
from collections.abc import Iterable

import pytest
from django.test import Client

from people.permissions import Role
from reports import ingest, sending
from tests import lexicons, make, tables
from tests.alerts import given, ledgers, outbox
from tests.reports import documents, texts
from tests.suggested import suggestion

pytestmark = pytest.mark.usefixtures("reference")

EVERYBODY = frozenset(Role)
REVIEWERS = frozenset({Role.REVIEWER, Role.PUBLISHER, Role.ADMIN})
PUBLISHERS = frozenset({Role.PUBLISHER, Role.ADMIN})
ADMINS = frozenset({Role.ADMIN})
RECORDERS = frozenset(Role) - {Role.READER}
STAFF = frozenset({Role.CODER, Role.REVIEWER, Role.PUBLISHER, Role.ADMIN})
PUBLIC_PAGES = (
    "/countries/MMR/", "/countries/MMR/breakdown/", "/countries/MMR/change/", "/countries/MMR/factors/7/",
    "/countries/MMR/factor-plots/", "/countries/MMR/brief/",
    "/factors/", "/factors/7/", "/indicators/7.14/", "/indicators/1.1/", "/evidence/", "/evidence/{accepted}/",
    "/corrections/", "/method/", "/status/",
    "/compare/", "/compare/?countries=MMR,SDN",
    "/sources/", "/backtest/", "/scorecard/", "/sensitivity/", "/search/", "/search/?q=Myanmar",
    "/reports/{report}/", "/alerts/", "/alerts/{released}/", "/alerts/feed.atom", "/alerts/follow/", "/alerts/numbers/",
    "/alerts/country/MMR.atom", "/alerts/region/142.atom", "/alerts/{released}/cap.xml",
    "/levers.ics", "/countries/MMR/levers.ics",
    "/signals/", "/measures/", "/levers/", "/ledger/", "/responses/{response}/", "/situations/", "/situations/myanmar/",
)  # fmt: skip
PAGES_FOR = {
    "/account/": EVERYBODY, "/account/password/": EVERYBODY, "/review/": STAFF, "/evidence/new/": STAFF,
    "/reports/possible-updates/": STAFF, "/reports/possible-updates/{pair}/": STAFF,
    "/evidence/{accepted}/correct/": STAFF, "/style/": STAFF,
    "/reports/new/": STAFF, "/reports/unread/": STAFF, "/reports/sent/": STAFF, "/reports/sent/{batch}/": STAFF,
    "/reports/{scan}/type/": STAFF, "/reports/{scan}/scan/1/": STAFF,
    "/reports/{report}/life/": STAFF, "/reports/{report}/correct/": STAFF,
    "/retrievals/{retrieval}/": STAFF, "/suggestions/": STAFF, "/subscriptions/": EVERYBODY,
    "/subscriptions/mail/": EVERYBODY, "/webhooks/": EVERYBODY,
    "/suggestions/left/": STAFF, "/suggestions/rejected/": STAFF,
    "/suggestions/{suggestion}/document/": STAFF, "/suggestions/bulk/": REVIEWERS,
    "/events/": STAFF, "/events/{accepted}/{other}/": STAFF, "/evidence/{accepted}/event/": STAFF,
    "/sources/{source}/": STAFF, "/sources/fetched/": STAFF,
    "/sources/new/": ADMINS, "/sources/{source}/edit/": ADMINS,
    "/import/": STAFF, "/import/{import}/": STAFF, "/import/{import}/refused.csv": STAFF,
    "/import/template/evidence.csv": STAFF,
    "/lexicon/": REVIEWERS, "/lexicon/1/": REVIEWERS, "/lexicon/try/": REVIEWERS, "/lexicon/draft/": REVIEWERS,
    "/lexicon/again/": PUBLISHERS, "/lexicon/draft/en/0/": PUBLISHERS, "/lexicon/draft/en/new/": PUBLISHERS,
    "/lexicon/tests/{test}/": REVIEWERS,
    "/alerts/desk/": PUBLISHERS, "/alerts/practice/": PUBLISHERS, "/alerts/{draft}/edit/": PUBLISHERS,
    "/alerts/{released}/withdraw/": PUBLISHERS, "/alerts/{released}/correct/": PUBLISHERS,
    "/levers/new/": REVIEWERS, "/levers/{lever}/remove/": REVIEWERS,
    "/warnings/new/?situation=myanmar": REVIEWERS, "/warnings/{warning}/withdraw/": REVIEWERS,
    "/responses/new/?situation=myanmar": RECORDERS,
    "/situations/new/": PUBLISHERS, "/situations/myanmar/edit/": PUBLISHERS,
    "/duties/": EVERYBODY,
    "/offices/": EVERYBODY, "/offices/new/": PUBLISHERS, "/offices/{office}/edit/": PUBLISHERS,
    "/alerts/{draft}/mail/": PUBLISHERS, "/alerts/{draft}/mail.html": PUBLISHERS,
    "/outbox/": PUBLISHERS, "/outbox/retry-all/": PUBLISHERS, "/outbox/{delivery}/": PUBLISHERS,
    "/outbox/{delivery}/mail.html": PUBLISHERS, "/outbox/missed/{released}/": PUBLISHERS,
}  # fmt: skip


def world() -> dict[str, object]:
    """One of everything that a page is about, by the names that the pages above have for it."""
    row = make.accepted()
    retrieval = ingest.receive(reader="text", payload=b"x", about=ingest.About(), file_name="x", at=make.NOW)
    scan = make.report(is_unread=True, bytes=documents.scanned())
    about, sender = ingest.About(), make.person(Role.ADMIN)
    batch = sending.send(files=[sending.Sent("x", b"x")], reader="text", about=about, sender=sender, at=make.NOW)
    numbers: dict[str, object] = {
        "scan": scan.pk,
        "batch": batch.pk,
        "accepted": row.pk,
        "other": make.accepted().pk,
        "report": row.passage.report_id,
        "retrieval": retrieval.pk,
        "source": row.passage.report.source.slug,
    }
    numbers |= {"released": outbox.alert().pk, "draft": outbox.alert(state="draft").pk}
    numbers |= {"delivery": outbox.delivery().pk, "suggestion": suggestion(row.passage).pk, "pair": texts.pair().pk}
    numbers |= {"lever": ledgers.lever().pk, "warning": ledgers.warning().pk, "response": ledgers.response().pk}
    numbers["test"] = lexicons.asked().pk
    numbers["office"] = given.office().pk
    numbers["import"] = tables.checked(tables.evidence_csv()).pk
    return numbers


def answers(client: Client, pages: Iterable[str]) -> dict[str, int]:
    numbers = world()
    return {page: client.get(page.format(**numbers)).status_code for page in pages}


@pytest.mark.parametrize("role", [None, *Role])
def test_public_pages_are_open_to_everybody(client: Client, role: Role | None) -> None:
    if role is not None:
        client.force_login(make.person(role))

    assert answers(client, PUBLIC_PAGES) == dict.fromkeys(PUBLIC_PAGES, 200)


@pytest.mark.parametrize("role", [None, *Role])
def test_the_other_pages_follow_the_permission_table(client: Client, role: Role | None) -> None:
    if role is not None:
        client.force_login(make.person(role))

    wanted = {page: 302 if role is None else 200 if role in allowed else 403 for page, allowed in PAGES_FOR.items()}
    assert answers(client, PAGES_FOR) == wanted


def test_nothing_is_changed_by_looking_at_any_page(client: Client) -> None:
    client.force_login(make.person(Role.ADMIN))

    for page in (*PUBLIC_PAGES, *PAGES_FOR):
        assert client.put(page.format_map(defaultdict(lambda: 1))).status_code == 405


@pytest.mark.parametrize("role", [None, *Role])
def test_a_draft_of_an_alert_is_not_even_there_for_who_may_not_release_it(client: Client, role: Role | None) -> None:
    if role is not None:
        client.force_login(make.person(role))

    assert client.get(f"/alerts/{outbox.alert(state='draft').pk}/").status_code == (200 if role in PUBLISHERS else 404)


@pytest.mark.parametrize("role", [None, *Role])
def test_the_header_offers_what_the_role_may_open(client: Client, role: Role | None) -> None:
    if role is not None:
        client.force_login(make.person(role))

    header = client.get("/method/").text.partition("</header>")[0]

    assert 'href="/alerts/"' in header
    assert ('href="/subscriptions/"' in header) is (role is not None)
    assert ('href="/outbox/"' in header) is (role in PUBLISHERS)


@pytest.mark.parametrize("address", ["/", "/countries/MMR/", "/countries/MMR/what-if/", "/backtest/"])
def test_an_address_with_too_many_parameters_is_refused_in_words(client: Client, address: str) -> None:
    client.raise_request_exception = False
    answer = client.get(f"{address}?{'x=1&' * 1001}")

    assert answer.status_code == 400
    assert "<main" in answer.text
