"""Which reports are one text, while a batch of pairs is decided: in memory, written once at its end. Pure."""

import dataclasses
from collections.abc import Iterable, Mapping


@dataclasses.dataclass(slots=True)
class Group:
    """What is to be written of one text: the clusters that become one, who comes in as what, whose passages count."""

    clusters: list[int] = dataclasses.field(default_factory=list)
    newcomers: dict[int, str] = dataclasses.field(default_factory=dict)  # report: as what
    parts: dict[int, set[int]] = dataclasses.field(default_factory=dict)  # report: its passages


class Groups:
    """Reports by the text that they carry. A group is a cluster, several that became one, or a report alone."""

    def __init__(self, clusters: Mapping[int, int], asked: Iterable[tuple[int, int, str]] = ()) -> None:
        """`clusters`: of each report that is in one, its cluster.

        `asked`: what people were asked or said of two texts, each given by minus its cluster, or by its report.
        """
        self._clusters = clusters
        self._above: dict[int, int] = {}
        self._asked: dict[int, dict[int, set[str]]] = {}
        self._newcomers: dict[int, str] = {}
        self._parts: list[tuple[int, int, set[int]]] = []
        self._joined: set[int] = set()
        for one, other, state in asked:
            self._ask(one, other, state)

    def are_one(self, first: int, second: int) -> bool:
        """Whether two reports are one text."""
        return self._of(first) == self._of(second)

    def asked(self, first: int, second: int) -> set[str]:
        """What people were asked or said of the texts of two reports."""
        return self._asked.get(self._of(first), {}).get(self._of(second), set())

    def ask(self, first: int, second: int, state: str) -> None:
        """From now on this is asked of the texts of two reports."""
        self._ask(self._of(first), self._of(second), state)

    def join(self, first: int, second: int, *, founder: str, newcomer: str) -> None:
        """Two reports are one text, with all that belong to either; who was in no cluster comes in as `newcomer`."""
        if self._is_lone(first) and self._is_lone(second):
            self._newcomers[first], self._newcomers[second] = founder, newcomer
        else:
            self._newcomers |= {pk: newcomer for pk in (first, second) if self._is_lone(pk)}
        self._joined |= {self._of(first), self._of(second)}
        self._unite(self._of(first), self._of(second))

    def count_with(self, earlier: int, later: int, passages: set[int], *, founder: str) -> None:
        """These passages of the later report are the earlier one's text."""
        if self._is_lone(earlier):
            self._newcomers[earlier] = founder
        self._joined.add(self._of(earlier))
        self._parts.append((earlier, later, passages))

    def changed(self) -> list[Group]:
        """What became of the groups that something was done to, in the order of their numbers."""
        found = {self._top(node): Group() for node in sorted(self._joined)}
        for node in sorted(self._joined):
            if node < 0:
                found[self._top(node)].clusters.append(-node)
        for report, kind in sorted(self._newcomers.items()):
            found[self._of(report)].newcomers[report] = kind
        for earlier, later, passages in self._parts:
            found[self._of(earlier)].parts.setdefault(later, set()).update(passages)
        return list(found.values())

    def _is_lone(self, report: int) -> bool:
        return report not in self._clusters and report not in self._newcomers

    def _of(self, report: int) -> int:
        return self._top(-self._clusters[report] if report in self._clusters else report)

    def _top(self, node: int) -> int:
        while (above := self._above.get(node)) is not None:
            self._above[node] = self._above.get(above, above)  # halves the way for whoever comes next
            node = above
        return node

    def _ask(self, one: int, other: int, state: str) -> None:
        self._asked.setdefault(one, {}).setdefault(other, set()).add(state)
        self._asked.setdefault(other, {}).setdefault(one, set()).add(state)

    def _unite(self, one: int, other: int) -> None:
        """The group of which less was asked goes into the other: what was asked of either is asked of both."""
        if one == other:
            return
        kept, gone = sorted((one, other), key=lambda node: (-len(self._asked.get(node, ())), node))
        self._above[gone] = kept
        for third, states in self._asked.pop(gone, {}).items():
            self._asked[third].pop(gone, None)
            if third != kept:
                for state in states:
                    self._ask(kept, third, state)
