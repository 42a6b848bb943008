"""Which reports are one text, decided in memory."""

from reports.groups import Group, Groups


def joined(groups: Groups, *pairs: tuple[int, int]) -> list[Group]:
    for first, second in pairs:
        groups.join(first, second, founder="whole", newcomer="update")
    return groups.changed()


def test_two_alone_are_a_new_group_of_a_founder_and_a_newcomer() -> None:
    assert joined(Groups({}), (1, 2)) == [Group([], {1: "whole", 2: "update"})]


def test_a_chain_of_pairs_is_one_group_with_each_once() -> None:
    (found,) = joined(Groups({}), (1, 2), (3, 4), (2, 3), (1, 4))

    assert found.newcomers == {1: "whole", 2: "update", 3: "whole", 4: "update"}


def test_who_joins_a_cluster_comes_in_and_the_others_stay() -> None:
    assert joined(Groups({1: 7}), (1, 2), (3, 2)) == [Group([7], {2: "update", 3: "update"})]


def test_two_clusters_that_a_newcomer_joins_become_one() -> None:
    (found,) = joined(Groups({1: 7, 2: 5}), (1, 3), (2, 3))

    assert (sorted(found.clusters), found.newcomers) == ([5, 7], {3: "update"})


def test_what_was_asked_of_a_text_is_asked_of_all_that_join_it() -> None:
    groups = Groups({1: 7}, [(-7, 2, "different"), (4, 2, "waiting")])

    joined(groups, (1, 3), (3, 4))

    assert groups.asked(3, 2) == groups.asked(2, 4) == {"different", "waiting"}
    assert groups.asked(3, 5) == set()


def test_what_was_asked_of_two_that_become_one_is_asked_no_more() -> None:
    groups = Groups({}, [(1, 2, "waiting"), (2, 3, "waiting")])

    joined(groups, (1, 2))

    assert groups.are_one(1, 2)
    assert groups.asked(1, 3) == {"waiting"}
    assert groups.asked(1, 2) == set()


def test_passages_count_with_whatever_the_earlier_text_becomes() -> None:
    groups = Groups({3: 9})
    groups.count_with(1, 5, {50}, founder="whole")
    groups.count_with(3, 5, {51}, founder="whole")

    (found,) = joined(groups, (1, 3))

    assert (found.clusters, found.newcomers, found.parts) == ([9], {1: "whole"}, {5: {50, 51}})
