"""What one country's page says, for one reader. Reads, never writes."""

from indicators.profile.courses import Courses, compared, courses, year_before
from indicators.profile.happened import event_marks
from indicators.profile.marker import Marker, marked_countries, marked_country
from indicators.profile.moved import CAUSES, Moment, Moved, OrderError, Span, came_in, moved, numbers_in, went_out
from indicators.profile.page import country_profile, profile_of
from indicators.profile.reading import Reading, read
from indicators.profile.tree import Leaf, Node, leaves, tree_of
from indicators.profile.values import (
    CountryProfile,
    FactorView,
    HistoryLine,
    IndicatorView,
    NewEvents,
    ProfileScore,
    Reason,
)
from indicators.profile.ways import OtherMethod, Ways, other_methods, ways

__all__ = [
    "CAUSES",
    "CountryProfile",
    "Courses",
    "FactorView",
    "HistoryLine",
    "IndicatorView",
    "Leaf",
    "Marker",
    "Moment",
    "Moved",
    "NewEvents",
    "Node",
    "OrderError",
    "OtherMethod",
    "ProfileScore",
    "Reading",
    "Reason",
    "Span",
    "Ways",
    "came_in",
    "compared",
    "country_profile",
    "courses",
    "event_marks",
    "leaves",
    "marked_countries",
    "marked_country",
    "moved",
    "numbers_in",
    "other_methods",
    "profile_of",
    "read",
    "tree_of",
    "ways",
    "went_out",
    "year_before",
]
