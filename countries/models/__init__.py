"""Countries."""

from countries.models.country import Country

__all__ = ["Country"]
