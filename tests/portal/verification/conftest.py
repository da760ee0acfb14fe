"""A caller of the API."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

Call = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def post(db: None) -> Callable[..., HttpResponse]:
    """Post a body to a call with a key; the answer as it is."""
    client = Client(raise_request_exception=False)

    def send(call: str, body: object, key: str = "", **headers: str) -> HttpResponse:
        content = body if isinstance(body, bytes | str) else json.dumps(body)
        given = {"X-API-Key": key, **headers} if key else headers
        return client.post(f"/api/{call}", content, content_type="application/json", headers=given)

    return send


@pytest.fixture
def call(post: Callable[..., HttpResponse]) -> Call:
    """Post a body to a call with a key; the status and the JSON of the answer."""

    def send(name: str, body: object, key: str = "", **headers: str) -> tuple[int, dict[str, Any]]:
        response = post(name, body, key, **headers)
        return response.status_code, json.loads(response.content)

    return send


@pytest.fixture
def issued(call: Call, admin_key: str) -> dict[str, Any]:
    """A confirmed code, as the API gives it."""
    status, row = call("issue", {"testType": "confirmed", "symptomDate": "2020-08-10"}, admin_key)
    assert status == 200
    return row
