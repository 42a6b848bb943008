"""The world page and the country page."""

from countries.views.country import country_page
from countries.views.world import world_page

__all__ = ["country_page", "world_page"]
