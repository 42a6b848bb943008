"""The stage that compares reports: which become one voice, which a person is asked about."""

import datetime as dt
import itertools

import pytest

from people.permissions import Sensitivity
from reports import clustering, duplicates, joining
from reports.models import ClusterMember, Report, Signature, TextPair
from tests import make
from tests.reports.texts import cluster, report, text, words
from tests.waiting import Aside

pytestmark = pytest.mark.django_db
EARLY, LATE = dt.date(2024, 5, 1), dt.date(2024, 5, 9)
BASE = words(1)
REPRINT = text(["reuters", "geneva"], BASE, ["ends"])
UPDATED = text(BASE[:150], words(2, 150))


def members() -> list[set[int]]:
    found: dict[int, set[int]] = {}
    for row in ClusterMember.objects.holding():
        found.setdefault(row.cluster_id, set()).add(row.report_id)
    return sorted(found.values(), key=min)


def states() -> list[str]:
    return list(TextPair.objects.order_by("pk").values_list("state", flat=True))


def test_a_reprint_and_its_original_are_one_cluster() -> None:
    first, second, _other = report(text(BASE)), report(REPRINT), report(text(words(5)))

    assert cluster() == 3
    assert (members(), states()) == ([{first.pk, second.pk}], ["linked"])


def test_a_second_run_has_nothing_to_do() -> None:
    report(text(BASE)), report(REPRINT)
    cluster()

    assert (cluster(), len(members()), TextPair.objects.count()) == (0, 1, 1)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_the_order_in_which_reports_come_makes_no_difference(order: tuple[int, ...]) -> None:
    said = [text(BASE), REPRINT, text(words(3)), text(["afp"], words(3))]
    for place in order:
        report(said[place], title=f"Text {place}")
        cluster()

    named = {row.pk: row.title for row in Report.objects.all()}
    assert sorted(sorted(named[pk] for pk in group) for group in members()) == [
        ["Text 0", "Text 1"],
        ["Text 2", "Text 3"],
    ]


def test_an_update_is_asked_about_and_not_joined() -> None:
    report(text(BASE)), report(UPDATED)

    cluster()

    assert (members(), states()) == ([], ["waiting"])


def test_a_new_version_by_its_publishers_own_number_is_joined() -> None:
    source = make.source()
    for said in (text(BASE), UPDATED):
        report(said, source=source, external_id="4711")

    cluster()

    assert (len(members()), states()) == (1, ["linked"])
    assert {row.kind for row in ClusterMember.objects.all()} == {"whole", "update"}


def test_an_exact_repetition_is_joined_even_where_it_is_short() -> None:
    first, second = report("Nothing new was said today."), report("Nothing new was said today.")

    cluster()

    assert members() == [{first.pk, second.pk}]


def test_a_short_text_with_one_more_sentence_is_asked_about_and_another_one_is_not() -> None:
    short, more = words(1, 18), words(2, 14)
    report(text(short)), report(text(words(3, 18))), report(text(short, more)), report(text(more, words(4, 18)))

    cluster()

    assert (members(), states()) == ([], ["waiting"])
    assert list(TextPair.objects.values_list("of_first", flat=True)) == [1.0]


def test_short_items_under_the_same_opening_are_not_asked_about() -> None:
    head = words(1, 14)
    for number in range(3):
        report(text(head, [f"item{number}"]), title=f"Daily report {number}")

    cluster()

    assert (members(), states()) == ([], [])


def test_of_a_compilation_only_the_passages_that_stand_in_the_report_count_with_it() -> None:
    short = report(text(words(1, 160)), published_on=EARLY)
    digest = report(text(words(2, 400), words(1, 160), words(3, 400)), published_on=LATE)

    cluster()

    part = ClusterMember.objects.get(kind="part")
    assert (part.report, joining.cluster_of(short.pk)) == (digest, part.cluster_id)
    assert 0 < len(part.passages) < digest.passages.count()
    assert joining.cluster_of(digest.pk) is None


def test_two_reports_in_one_compilation_do_not_become_one() -> None:
    one, other = report(text(words(1, 200)), published_on=EARLY), report(text(words(2, 200)), published_on=EARLY)
    report(text(words(1, 200), words(2, 200)), published_on=LATE)

    cluster()

    assert joining.cluster_of(one.pk) != joining.cluster_of(other.pk)


def test_what_a_person_kept_apart_is_not_joined_by_a_third() -> None:
    first, second = report(text(BASE)), report(UPDATED)
    cluster()
    TextPair.objects.update(state=TextPair.State.DIFFERENT)
    middle = report(text(BASE, words(2, 150)))

    cluster()

    assert joining.cluster_of(first.pk) is None or joining.cluster_of(first.pk) != joining.cluster_of(second.pk)
    assert TextPair.objects.of(middle.pk).exists()


def test_about_a_cluster_a_person_is_asked_once() -> None:
    for head in ("one", "two", "three"):
        report(text([head], BASE))
    report(UPDATED)

    cluster()

    assert sorted(states()) == ["linked", "linked", "linked", "waiting"]


def test_many_at_once_are_compared_with_each_other_and_in_a_few_queries(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for number in range(60):
        report(text(words(100 + number, 60)))

    with django_assert_max_num_queries(15):
        cluster()

    assert Signature.objects.count() == 60


def test_a_text_that_breaks_the_arithmetic_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    report(text(BASE)), report(REPRINT)
    bad = report(text(words(7)))
    whole = duplicates.shingles
    monkeypatch.setattr(duplicates, "shingles", lambda said: whole(said) if said != bad.text else 1 / 0)

    assert cluster() == 3
    assert (len(members()), clustering.waiting().count()) == (1, 0)


def test_nothing_is_kept_of_a_run_that_was_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    report(text(BASE)), report(REPRINT)

    def killed(*_: object) -> None:
        raise SystemExit

    link = clustering._link
    monkeypatch.setattr(clustering, "_link", killed)
    with pytest.raises(SystemExit):
        cluster()
    assert (Signature.objects.count(), clustering.waiting().count()) == (0, 2)

    monkeypatch.setattr(clustering, "_link", link)
    assert (cluster(), len(members())) == (2, 1)


def test_a_membership_remembers_how_open_its_report_was() -> None:
    report(text(BASE), sensitivity=Sensitivity.CONFIDENTIAL), report(REPRINT)

    cluster()

    assert sorted(ClusterMember.objects.values_list("sensitivity", flat=True)) == [0, 2]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_find_every_pair_once() -> None:
    originals = [report(text(words(number))) for number in range(50, 58)]
    for one in originals:
        report(f"Wire. {one.text}")

    assert sum(worker.join() for worker in [Aside(cluster), Aside(cluster)]) == 16

    assert [len(group) for group in members()] == [2] * 8
    assert states() == ["linked"] * 8
