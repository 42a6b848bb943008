"""The world page, the country page, and the two that explain an index."""

from countries.views.country import country_page
from countries.views.explained import breakdown_page, change_page
from countries.views.world import world_page

__all__ = ["breakdown_page", "change_page", "country_page", "world_page"]
