"""Who is at risk, as an alert says it: what published evidence names, and no more."""

import pytest

from alerts.raising.at_risk import NOBODY, in_few_words
from indicators.models import Evidence
from people.permissions import Sensitivity
from tests import make
from tests.alerts import rounds

RISK, LESS = Evidence.Polarity.RISK, Evidence.Polarity.MITIGATION


def pieces(*groups: str, polarity: int = RISK) -> list[Evidence]:
    return [Evidence(group=group, polarity=polarity) for group in groups]


def test_the_groups_that_most_pieces_name_come_first_and_the_others_are_counted() -> None:
    found = in_few_words(pieces("A", "", "B", "C", "B", "D", "E"))

    assert found == "Named in published evidence: B; A; C; and 2 more. Others may be at risk too."


@pytest.mark.parametrize("found", [[], pieces(""), pieces("A", polarity=LESS)])
def test_where_no_group_is_named_the_alert_says_so(found: list[Evidence]) -> None:
    assert in_few_words(found) == NOBODY
    assert "the reasons may name them" in NOBODY  # a coder's own words may


@pytest.mark.usefixtures("reference")
def test_an_alert_that_goes_by_rule_names_groups_of_public_pieces_alone() -> None:
    rounds.grave_situation(
        indicators=rounds.GRAVE[:1], group="Synthetic hidden group", sensitivity=Sensitivity.CONFIDENTIAL
    )
    make.accepted(indicator=make.indicator("7.14"), group="Synthetic group")

    row = rounds.alert(indicators=rounds.GRAVE[1:9])

    assert row.state == "released"
    assert row.who_is_at_risk == "Named in published evidence: Synthetic group. Others may be at risk too."
