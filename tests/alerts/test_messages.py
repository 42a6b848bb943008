"""The mail: its words, its headers, and what it must never hold."""

import datetime as dt
import re
from email.policy import SMTP, default
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from alerts import links, messages
from alerts.desk import release
from alerts.messages import MessageError, ReasonLine, Texts
from alerts.messages.texts import sentences
from alerts.models import Alert, AlertReason, Delivery, MailSettings
from indicators import coding
from indicators.models import Evidence
from indicators.models.score import Level
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import outbox, rounds
from tests.alerts.mails import Visible, as_read, both, high

pytestmark = pytest.mark.usefixtures("reference")
TOKENS = Path(__file__).resolve().parents[2] / "static/css/tokens.css"
LONGEST = "GBR"  # United Kingdom of Great Britain and Northern Ireland
WORDS = " ".join(f"word{number}" for number in range(80))


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SITE_URL = "https://warn.test.example"
    settings.MAIL_FROM = "warnings@mail.test.example"
    settings.INSTALLATION_NAME = "Atrocity risk dashboard"


def reason(of: Alert, evidence: Evidence | None, text: str = "Attacks on a market") -> AlertReason:
    grade = evidence.grade if evidence else ""
    return AlertReason.objects.create(alert=of, order=of.reasons.count(), text=text, grade=grade, evidence=evidence)


def test_the_subject_says_level_country_reason_and_confidence() -> None:
    row = outbox.delivery(high(iso3="SDN", headline="one two three four five six seven eight nine ten"))

    assert as_read(row)["Subject"] == "[HIGH ↑] Sudan: one two three four five six seven eight… (confidence: medium)"


def test_a_mail_is_to_one_person_and_from_the_installation_by_name() -> None:
    person = make.person(Role.FOCAL_POINT, name="Ana Ñúñez, Office")
    mail = as_read(outbox.delivery(high(), to=outbox.subscription(person)))

    (to,), (sender,) = mail["To"].addresses, mail["From"].addresses
    assert (to.display_name, to.addr_spec) == ("Ana Ñúñez, Office", person.email)
    assert (sender.display_name, sender.addr_spec) == ("Atrocity risk dashboard", "warnings@mail.test.example")
    assert [mail[name] for name in ("Cc", "Bcc", "Reply-To")] == [None] * 3


def test_a_mail_is_two_texts_and_nothing_else() -> None:
    mail = as_read(outbox.delivery(high()))

    assert (mail["MIME-Version"], mail["Content-Language"]) == ("1.0", "en")
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert [part.get_content_charset() for part in mail.iter_parts()] == ["utf-8", "utf-8"]
    assert mail.defects == []


def test_headers_let_a_mail_program_thread_list_and_unsubscribe() -> None:
    row = outbox.delivery(high(iso3="SDN"))
    mail = as_read(row)

    assert mail["Message-ID"] == f"<alert-{row.alert_id}.delivery-{row.pk}.20240701120000@mail.test.example>"
    thread = f"<situation-{row.alert.situation_id}.20240701120000.alerts@mail.test.example>"
    assert mail["In-Reply-To"] == mail["References"] == thread
    assert mail["List-Id"] == "<alerts.mail.test.example>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == row.made_at
    token = re.fullmatch(r"<https://warn\.test\.example/unsubscribe/([^/<>]+)/>", mail["List-Unsubscribe"])
    assert token is not None
    assert links.person_of_unsubscribe(token[1]) == row.person


@pytest.mark.parametrize("purpose", ["reminder", "escalation", "passed_on"])
def test_what_an_office_is_asked_offers_no_unsubscribing_since_none_ends_it(purpose: str) -> None:
    mail = as_read(outbox.delivery(high(), purpose=purpose))

    assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == (None, None)


@pytest.mark.parametrize("policy", [messages.POLICY, SMTP, SMTP.clone(cte_type="7bit"), default])
def test_long_links_are_never_folded_nor_encoded_and_no_line_is_too_long(settings: Settings, policy: Any) -> None:
    settings.SITE_URL = f"https://{'a-long-name.' * 15}test.example"
    settings.MAIL_FROM = f"warnings@{'another-long-name.' * 5}test.example"
    raw = messages.mail_for(outbox.delivery(high())).as_bytes(policy=policy)

    lines = raw.splitlines()
    assert [line for line in lines if line.startswith(b"List-Unsubscribe: <https://") and line.endswith(b"/>")]
    assert [line for line in lines if line.startswith(b"Message-ID: <alert-") and line.endswith(b".example>")]
    assert max(map(len, lines)) <= 998


def test_a_second_try_says_the_same() -> None:
    row = outbox.delivery(high())
    first, second = (messages.mail_for(row).as_string() for _ in range(2))

    def without_stamps(text: str) -> str:
        return re.sub(r":[\w=\r\n-]+:[\w=\r\n-]+/", "", text)

    assert without_stamps(first) == without_stamps(second)


@pytest.mark.parametrize("name", ["x\r\nBcc: somebody@else.example", "x\ny", "x\x00y", "x\u2028y", "x\x85y"])
def test_a_name_with_a_line_break_makes_no_mail(settings: Settings, name: str) -> None:
    person = make.person(Role.FOCAL_POINT)
    type(person).objects.filter(pk=person.pk).update(name=name.replace("\x00", "\x01"))
    person.refresh_from_db()
    with pytest.raises(MessageError, match="To holds a line break"):
        messages.mail_for(outbox.delivery(high(), to=outbox.subscription(person)))

    settings.INSTALLATION_NAME = name
    with pytest.raises(MessageError, match="From holds a line break"):
        messages.mail_for(outbox.delivery(high()))


def test_a_headline_with_a_line_break_makes_no_mail() -> None:
    with pytest.raises(MessageError, match="Subject holds a line break"):
        messages.mail_for(outbox.delivery(high(headline="x\r\nBcc: somebody@else.example")))


@pytest.mark.parametrize("address", ["nobody", "a b@test.example", "@test.example", f"a@{'x' * 64}.example"])
def test_what_is_no_address_makes_no_mail_and_is_not_repeated(settings: Settings, address: str) -> None:
    settings.MAIL_FROM = address

    with pytest.raises(MessageError) as caught:
        messages.mail_for(outbox.delivery(high()))

    assert "is no mail address" in str(caught.value)
    assert address not in str(caught.value)


def test_an_alert_that_nobody_released_makes_no_mail() -> None:
    with pytest.raises(MessageError, match="waiting for release; wanted a released one"):
        messages.mail_for(outbox.delivery(outbox.alert(state="draft")))


def test_the_twins_say_the_same() -> None:
    row = outbox.delivery(high(iso3="SDN", what_changed="It rose & rose."))
    reason(row.alert, make.accepted(country=make.country("SDN")))
    text, page = both(row)
    seen = {word for word in text.split() if "://" not in word and "mailto:" not in word}

    assert {word.lower().strip(":.-") for word in seen} == {
        word.lower().strip(":.-") for word in Visible(page).words
    } | {""}


def test_the_mail_says_what_changed_why_how_sure_and_what_can_be_done() -> None:
    warning = high(iso3="SDN", what_changed="From A to B.", how_sure="Sure.", not_known="Dark.", can_be_done="Speak.")
    evidence = make.accepted(country=make.country("SDN"))
    reason(warning, evidence)
    row = outbox.delivery(warning, to=outbox.subscription(is_everywhere=False, regions=[15], least_level=4))
    outbox.asking(row).countries.set([make.country("SDN")])
    text, _ = both(row)

    for said in ("From A to B.", "Sure.", "Dark.", "Speak.", "1 July 2024, 12:00 UTC", "Attacks on a market [B2]"):
        assert said in text
    assert f"https://warn.test.example/evidence/{evidence.pk}/" in text
    assert f"https://warn.test.example/alerts/{warning.pk}/" in text
    assert "https://warn.test.example/countries/SDN/" in text
    assert "You asked for alerts about Sudan and Northern Africa from HIGH on." in text
    assert "index of reported evidence, not a finding of law" in text
    assert f"Alert {warning.pk}, released by a publisher, valid until 1 January 2100. Method FA-" in text


def test_nobody_is_named_who_released_it_or_signed_the_reader_up() -> None:
    publisher = make.person(Role.PUBLISHER, name="Petra Publisher")
    row = outbox.delivery(high(decided_by=publisher), to=outbox.subscription(created_by=publisher))
    by_rule = outbox.delivery(outbox.alert())

    text = "".join(both(row))
    assert "Petra" not in text
    assert "You were signed up for alerts about every country" in text
    assert "released by rule, valid" in both(by_rule)[0]


def test_evidence_that_is_not_public_is_not_in_the_mail_whoever_reads_it() -> None:
    warning = high()
    for row in (make.accepted(sensitivity=Sensitivity.INTERNAL), make.accepted(), make.proposed()):
        reason(warning, row, f"Secret {row.pk}")
    (open_to_all,) = Evidence.objects.filter(sensitivity=Sensitivity.PUBLIC, status="accepted")
    hidden = make.accepted(of=make.passage(make.report(sensitivity=Sensitivity.CONFIDENTIAL)))
    reason(warning, hidden, f"Secret {hidden.pk}")
    text, page = both(outbox.delivery(warning, to=outbox.subscription(make.person(Role.ADMIN))))

    assert set(re.findall(r"Secret \d+", text + page)) == {f"Secret {open_to_all.pk}"}
    assert set(re.findall(r"/evidence/(\d+)/", text + page)) == {str(open_to_all.pk)}
    assert text.count("- Evidence that is not public\n") == page.count(">Evidence that is not public<") == 3


def test_a_reason_from_statistics_has_no_link() -> None:
    row = outbox.delivery(high())
    reason(row.alert, None, "Deaths in armed conflict rose")

    text, page = both(row)
    assert "- Deaths in armed conflict rose\n\nHOW SURE" in text
    assert "/evidence/" not in text + page


def test_a_reason_retracted_since_says_so() -> None:
    warning, evidence = high(), make.accepted()
    reason(warning, evidence)
    coding.retract(evidence_id=evidence.pk, by=make.person(Role.ADMIN), reason="a mistake", at=make.NOW)

    text, page = both(outbox.delivery(warning))
    assert "Retracted since: Attacks on a market" in text
    assert "Retracted since:" in page


def test_the_page_needs_nothing_from_outside_and_tracks_nobody() -> None:
    row = outbox.delivery(high(headline="<script>alert(1)</script>"))
    reason(row.alert, make.accepted())
    _, page = both(row)

    assert re.findall(r"<(?:img|link|script|style|iframe|form|object|video)\b|url\(|\bsrc=|@import", page) == []
    assert {address.split("/")[2] for address in re.findall(r'href="(http[^"]+)"', page)} == {"warn.test.example"}
    assert "?" not in "".join(re.findall(r'href="(http[^"]+)"', page))
    assert '<html lang="en" dir="ltr">' in page
    assert '<meta name="color-scheme" content="light dark">' in page


def test_the_bar_has_the_colours_of_the_sites_ramp() -> None:
    light = TOKENS.read_text(encoding="utf-8").split("@media")[0]

    for level, (ground, ink) in messages.RAMP.items():
        assert f"--level-{level.value}: {ground};" in light
        assert f"--level-{level.value}-ink: {ink};" in light
    assert f"--accent: {re.search(r'#[0-9a-f]{6}', messages.STYLES['button'])[0]};" in light  # type: ignore[index]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "It takes the place of alert {} of 3 May 2026."),
        ("fr", "Elle remplace l’alerte {} du 3 mai 2026."),
        ("", ""),
    ],
)
def test_a_mail_says_which_warning_it_takes_the_place_of(language: str, said: str) -> None:
    before = outbox.alert(released_at=dt.datetime(2026, 5, 3, 23, tzinfo=dt.UTC)) if said else None
    row = outbox.delivery(high(supersedes=before))
    MailSettings.objects.create(person=row.person, language=language or "en", changed_at=make.NOW)

    for words in both(row):
        if before is not None:
            assert said.format(before.pk) in words
        assert ("takes the place of" in words) is (language == "en")


def test_no_mail_is_longer_than_250_words_however_much_is_to_be_said() -> None:
    warning = high(iso3=LONGEST, headline=WORDS[:110], supersedes=outbox.alert(), **dict.fromkeys(
        ("what_changed", "how_sure", "not_known", "can_be_done"), WORDS
    ))  # fmt: skip
    for _ in range(3):
        reason(warning, make.accepted(), WORDS[:300])
    row = outbox.delivery(warning, to=outbox.subscription(is_everywhere=False, regions=[2, 419, 15, 202]))
    outbox.asking(row).countries.set([make.country(iso3) for iso3 in (LONGEST, "PRK", "IRN", "LAO")])
    text, page = both(row)

    assert 150 <= messages.words_in(text) <= 250
    assert messages.words_in(" ".join(Visible(page).words)) <= 250
    assert "Shortened: the whole stands on the alert’s page." in text


SAID = st.lists(st.integers(2, 30), max_size=4).map(lambda sizes: " ".join(f"It{' is' * size}." for size in sizes))


@given(parts=st.lists(SAID, min_size=5, max_size=5), reasons=st.lists(SAID, max_size=3), spare=st.integers(20, 250))
@how(max_examples=60, deadline=None)
def test_parts_give_way_by_whole_sentences_from_their_end_and_how_sure_after_the_rest(
    parts: list[str], reasons: list[str], spare: int
) -> None:
    whole = Texts("", parts[0], parts[1], parts[2], parts[3], tuple(map(ReasonLine, reasons)), parts[4])
    short = whole.fitted(spare=spare, note=8)

    assert short.words() <= (spare - 8 if short.is_shortened else spare)
    assert short.is_shortened is (whole.words() > spare)
    for name in ("what_changed", "how_sure", "not_known", "who_is_at_risk", "can_be_done"):
        kept, said = sentences(getattr(short, name)), sentences(getattr(whole, name))
        assert kept == said[: len(kept)]
    if short.how_sure != whole.how_sure:
        assert not short.can_be_done  # nothing in it is a list of measures
        assert len(short.reasons) <= 1


def test_what_can_be_done_keeps_one_measure_before_a_second_reason_goes() -> None:
    can = "From a report: speak publicly for tolerance (¶52); brief the Security Council (¶35). Dates to use: 1; 2."
    whole = Texts("", "It rose.", "", "", can, tuple(ReasonLine(f"{'word ' * 9}end.") for _ in range(3)))
    short = whole.fitted(spare=36, note=4)
    shorter = whole.fitted(spare=26, note=4)

    assert (short.can_be_done, len(short.reasons)) == ("From a report: speak publicly for tolerance (¶52)…", 2)
    assert (shorter.can_be_done, len(shorter.reasons)) == (short.can_be_done, 1)


def test_a_reason_is_cut_at_a_clause_after_thirty_words_and_keeps_its_day_and_body() -> None:
    long = f"{'word ' * 20}one, {'word ' * 12}two, and then more (2024-06-01, Some Body)"
    short = Texts("", "It rose.", "", "", "", (ReasonLine(long),)).fitted(spare=41, note=2)

    assert short.reasons[0].text == f"{'word ' * 20}one, {'word ' * 12}two… (2024-06-01, Some Body)"


def test_sentences_do_not_end_at_short_forms_nor_inside_numbers() -> None:
    said = "Its index is 22.1 of 100. Dr. No left the U.S. Army. “It is so.” No more."

    assert sentences(said) == ["Its index is 22.1 of 100.", "Dr. No left the U.S. Army.", "“It is so.”", "No more."]


def test_the_words_of_a_correction_are_never_cut() -> None:
    said = f"Corrects alert 1. What was wrong: {'wrong ' * 60}. Right is: {'right ' * 90}end."
    back = high(kind="correction", corrects=high(), what_changed=said, not_known=WORDS, can_be_done=WORDS)
    for _ in range(3):
        reason(back, make.accepted(), WORDS[:300])

    for words in both(outbox.delivery(back)):
        assert "Right is: right" in words
        assert "right end." in words
        assert "Shortened:" in words


def test_a_withdrawal_says_which_alert_what_was_wrong_and_no_more() -> None:
    sent = high(iso3="SDN", headline="Attacks on a market")
    said = f"Withdrawn: alert {sent.pk} of 2024-07-01, which warned of HIGH. What was wrong: It was made up."
    words = {"headline": "Withdrawn", "what_changed": said, "wrong": "It was made up."}
    back = high(iso3="SDN", kind="withdrawal", corrects=sent, **words)
    row = outbox.delivery(back, subscription=None)
    text, page = both(row)

    assert as_read(row)["Subject"] == "[WITHDRAWN] Sudan: Attacks on a market"
    assert f"Alert {sent.pk} of 1 July 2024 is withdrawn. Nothing else is to be done." in text
    assert "WHAT WAS WRONG\nIt was made up.\n" in text
    assert "It takes back an alert that was meant for you." in text
    for other in ("onfidence", "hy (", "this week", "THIS WEEK", "alid until", "reason stands out", "HOW SURE"):
        assert other not in text + page


@pytest.mark.parametrize(
    ("purpose", "kind", "said"),
    [
        ("alert", "correction", "It corrects an alert that was meant for you."),
        ("reminder", "rise", "Your office is asked to answer it."),
        ("escalation", "rise", "Your office is asked to answer it."),
        ("passed_on", "rise", "It was passed on to you."),
    ],
)
def test_a_mail_that_no_rule_asked_for_says_why_it_comes(purpose: str, kind: str, said: str) -> None:
    warning = high(kind=kind, corrects=high() if kind == "correction" else None)

    assert all(said in words for words in both(outbox.delivery(warning, purpose=purpose, subscription=None)))


def test_the_words_that_the_rule_gives_to_a_grave_situation_fit_without_a_cut() -> None:
    drafted = rounds.alert(iso3=LONGEST)
    warning = release.release(
        alert_id=drafted.pk, by=make.person(Role.PUBLISHER), reason="two bodies agree", at=make.NOW
    )
    text, page = both(outbox.delivery(warning))

    assert 120 < messages.words_in(text) <= 250
    assert "Shortened" not in text
    assert messages.words_in(" ".join(Visible(page).words)) <= 250
    assert warning.reasons.count() == 3
    for said in (warning.what_changed, warning.how_sure, warning.not_known, warning.can_be_done):
        assert said in text


def test_a_rule_is_said_in_words() -> None:
    rule = outbox.subscription(is_everywhere=False, least_level=Level.SEVERE)
    rule.countries.set([make.country(iso3) for iso3 in ("SDN", "TCD")])
    assert messages.describe(rule) == "alerts about Chad and Sudan from SEVERE on"

    rule.regions = [2, 15]
    assert messages.describe(rule) == "alerts about Chad, Sudan, Africa and Northern Africa from SEVERE on"

    rule.countries.add(make.country("MLI"))
    assert messages.describe(rule) == "alerts about Chad, Mali, Sudan and 2 others from SEVERE on"


def test_a_mail_costs_few_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    row = outbox.delivery(high(), to=outbox.subscription(is_everywhere=False, regions=[15]))
    for _ in range(3):
        reason(row.alert, make.accepted())
    row = Delivery.objects.select_related(*messages.RELATED).get(pk=row.pk)

    with django_assert_max_num_queries(5):  # corrections, reasons, countries, regions, the picture's months
        messages.mail_for(row)
