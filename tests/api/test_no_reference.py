import pytest
from django.test import Client


@pytest.mark.usefixtures("nothing_loaded")
@pytest.mark.parametrize("path", ["scores/?as_of=2024-06-01", "countries/?as_of=2024-06-01"])
def test_before_a_method_is_loaded_nothing_can_be_scored(client: Client, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")

    assert answer.status_code == 503
    assert "load_reference" in answer.json()["detail"]


@pytest.mark.usefixtures("nothing_loaded")
def test_before_a_framework_is_loaded_there_is_none(client: Client) -> None:
    answer = client.get("/api/v1/framework/")

    assert answer.status_code == 404
    assert "load_reference" in answer.json()["detail"]
