"""The world page, the country page with its factors and brief, what explains an index, countries side by side."""

from countries.views.brief import brief_page
from countries.views.compare import compare
from countries.views.country import country_page
from countries.views.explained import breakdown_page, change_page
from countries.views.factor import country_factor_page
from countries.views.factor_plots import factor_plots_page
from countries.views.world import world_page

__all__ = [
    "breakdown_page",
    "brief_page",
    "change_page",
    "compare",
    "country_factor_page",
    "country_page",
    "factor_plots_page",
    "world_page",
]
