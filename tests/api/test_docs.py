"""docs/api.md says what the API does, and the schema's page runs under the site's policy."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from openapi_schema_validator import OAS31Validator
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from r2p_dashboard import api, api_urls
from tests.api.test_schema import closed

DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"
EXAMPLE = re.compile(r"<!-- (example|refusal): (\S+) -->\n```json\n(.+?)\n```", re.DOTALL)


OPERATIONS = [pattern.name for pattern in api_urls.urlpatterns if pattern.name not in {None, "schema", "docs"}]


def examples(kind: str) -> list[tuple[str, Any]]:
    """The examples of the document: (address, answer)."""
    found = EXAMPLE.findall(DOCUMENT.read_text(encoding="utf-8"))
    return [(address, json.loads(text)) for of, address, text in found if of == kind]


@pytest.mark.parametrize(("path", "example"), examples("example"))
def test_an_example_keeps_the_schema(client: Client, path: str, example: Any) -> None:
    schema = json.loads(client.get("/api/v1/schema/?format=json").content)
    content = schema["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    validator = OAS31Validator({**closed(content), "components": closed(schema["components"])})

    assert [f"{error.json_path} {error.message}" for error in validator.iter_errors(example)] == []
    assert example.get("note", api.NOTE) == api.NOTE


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize(("address", "example"), examples("refusal"))
def test_a_refusal_reads_as_documented(client: Client, address: str, example: Any) -> None:
    assert client.get(address).json() == example


def test_there_are_examples_of_both_kinds() -> None:
    assert len(examples("example")) == 2
    assert len(examples("refusal")) == 2


def test_every_address_is_in_the_document() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for pattern in api_urls.urlpatterns:
        if pattern.name:
            address = str(pattern.pattern).replace("(?P<iso3>[A-Za-z]{3})", "MMR").replace("<int:id>", "306")
            assert f"/api/v1/{address.strip('^$')}`" in text, address


def test_the_page_holds_no_script_and_no_style_of_its_own(client: Client) -> None:
    answer = client.get("/api/v1/docs/")
    text = answer.content.decode()

    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "<style" not in text
    assert " style=" not in text
    assert re.findall(r"<script(?![^>]* src=)", text) == []


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a real browser."""
    found = chromium.new_page()
    yield found
    found.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_runs_under_the_policy_and_asks_nobody_else(page: Page, live_server: LiveServer) -> None:
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/api/v1/docs/")
    page.wait_for_selector(".opblock")
    page.locator(".opblock-summary-control", has_text="/api/v1/methods/").click()
    page.wait_for_selector(".opblock.is-open .parameters")

    assert page.locator(".opblock").count() == len(OPERATIONS)
    assert complaints == []
    assert {address for address in asked if not address.startswith((live_server.url, "data:"))} == set()
