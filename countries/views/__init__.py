"""The world page, the country page with its factors, the two that explain an index, and countries side by side."""

from countries.views.compare import compare
from countries.views.country import country_page
from countries.views.explained import breakdown_page, change_page
from countries.views.factor import country_factor_page
from countries.views.factor_plots import factor_plots_page
from countries.views.world import world_page

__all__ = [
    "breakdown_page",
    "change_page",
    "compare",
    "country_factor_page",
    "country_page",
    "factor_plots_page",
    "world_page",
]
