"""What the door of scoring refuses: every error names the row, what was found and what was wanted."""


class ScoringInputError(ValueError):
    """Base of all refusals.

    Attributes
    ----------
    place : str
        Table and row, for example ``"evidence row 3"``; ids only, never text of a report.
    found : object
        The offending value.
    wanted : str
        What would have been accepted.
    """

    def __init__(self, place: str, found: object, wanted: str) -> None:
        super().__init__(f"{place}: found {found!r}; wanted {wanted}")
        self.place, self.found, self.wanted = place, found, wanted


class MissingKeyError(ScoringInputError):
    """A record, a parameter set or a catalogue entry lacks a key: `wanted` names it."""

    def __init__(self, place: str, key: str) -> None:
        super().__init__(place, None, key)
        self.args = (f"{place}: found no key {key!r}; wanted it",)


class UnknownKeyError(ScoringInputError):
    """A parameter set or a record has a key that the method does not know."""


class ParameterError(ScoringInputError):
    """A parameter is not a number, not in its range or not in its order."""


class CatalogueError(ScoringInputError):
    """A catalogue entry is a duplicate, or its factor, nature or weight is not possible."""


class UnknownIndicatorError(ScoringInputError):
    """A row names an indicator that the catalogue does not have."""


class UnknownCountryError(ScoringInputError):
    """A row or unit names a country outside the given ones."""


class SeverityError(ScoringInputError):
    """A severity is no whole number from 0 to 4."""


class GradeError(ScoringInputError):
    """A reliability is not A to F, or a credibility not 1 to 6."""


class PolarityError(ScoringInputError):
    """A polarity is neither +1 (risk) nor -1 (mitigation)."""


class FamilyError(ScoringInputError):
    """A family is empty: who made the finding is not known."""


class EventKeyError(ScoringInputError):
    """An event id begins with "~", which is kept for events formed by week."""


class DayError(ScoringInputError):
    """A value is no calendar day."""


class EventAfterKnowledgeError(ScoringInputError):
    """A row tells of an event that happened after the day it became known."""


class GoalpostsError(ScoringInputError):
    """A series' lower goalpost does not lie below its upper one."""


class NotFiniteError(ScoringInputError):
    """A number is NaN or infinite, or has no logarithm where one is asked for."""


class DirectionError(ScoringInputError):
    """A series' direction is neither +1 nor -1."""


class ColumnLengthError(ScoringInputError):
    """Columns of one table differ in length."""


class CaseError(ScoringInputError):
    """A case is no JSON, or not of the form that is asked for."""


class DuplicateKeyError(ScoringInputError):
    """An object has a key twice: which of the two is meant is not known."""


class TextError(ScoringInputError):
    """What names something is no text."""


class YesNoError(ScoringInputError):
    """What is yes or no is neither true nor false."""
