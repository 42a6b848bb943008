"""What one country's page says, for one reader. Reads, never writes."""

from indicators.profile.page import country_profile
from indicators.profile.values import (
    CountryProfile,
    FactorView,
    HistoryLine,
    IndicatorView,
    ProfileScore,
    Reason,
)

__all__ = [
    "CountryProfile",
    "FactorView",
    "HistoryLine",
    "IndicatorView",
    "ProfileScore",
    "Reason",
    "country_profile",
]
