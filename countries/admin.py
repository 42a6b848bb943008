"""Countries on the staff desk: read only, since `manage.py load_reference` keeps them."""

from django.contrib import admin

from countries.models import Country
from people.admin import ReadingDesk


@admin.register(Country)
class CountryAdmin(ReadingDesk):
    """A wrong code or name is corrected in countries/data, with its source."""

    list_display = ("name_en", "iso3", "iso2", "m49", "gw_code", "region", "un_status")
    list_filter = ("region", "un_status")
    search_fields = ("name_en", "name_fr", "name_es", "name_ru", "name_zh", "name_ar", "iso3", "iso2")
    ordering = ("name_sort",)
