"""Paging of the API."""

from rest_framework.pagination import PageNumberPagination

PAGE_SIZE = 100
PAGE_SIZE_WORLD = 250  # rows; every country fits on one page
PAGE_SIZE_MAX = 500


class Pages(PageNumberPagination):
    """`?page=2&page_size=200`; at most 500 rows a page. Rows must be in a fixed order."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = PAGE_SIZE_MAX
    invalid_page_message = "page is {page_number}: {message}"
