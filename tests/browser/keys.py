"""Keys as people press them."""

from playwright.sync_api import Page

BETWEEN = 300  # ms; the desk takes the same key within 250 for one press of a finger that slipped


def press(page: Page, key: str) -> None:
    """After as long as somebody needs at least to see the next card."""
    page.wait_for_timeout(BETWEEN)
    page.keyboard.press(key)
