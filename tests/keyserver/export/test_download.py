"""Files as phones and a CDN fetch them."""

import re
from collections.abc import Iterator
from email.utils import formatdate, parsedate_to_datetime
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bluezone.keyserver.export.loop import open_worker, run_once
from bluezone.keyserver.settings import KeyServerSettings
from bluezone.keyserver.store.db import Store
from bluezone.protocol.export import read_export, read_public_key, verify_export

NOW = 1_597_932_345
INDEX = "/export/en/hourly/index.txt"


@pytest.fixture
def published(
    client: TestClient, small: KeyServerSettings, store: Store, phone: Any
) -> Iterator[TestClient]:
    """The key server after one publish and one run of the worker."""
    assert client.post("/v1/publish", json=phone.body(phone.teks())).status_code == 200
    worker = open_worker(small, store, entropy=Random(1).randbytes)
    run_once(worker, now=NOW + 3 * 3600)
    return client


def test_a_phone_follows_the_index_to_a_signed_file(published: TestClient) -> None:
    index = published.get(INDEX)
    (path,) = index.text.splitlines()
    file = published.get(f"/export/{path}")
    key = published.get("/export/public-key.pem")

    assert index.headers["content-type"] == "text/plain; charset=us-ascii"
    assert file.headers["content-type"] == "application/zip"
    assert int(file.headers["content-length"]) == len(file.content)
    export = read_export(file.content)
    verify_export(export, [read_public_key(key.content)])
    assert len(export.keys) == 13  # the fourteenth still lives


def test_files_may_be_kept_for_ever_and_indexes_for_minutes(published: TestClient) -> None:
    index = published.get(INDEX)
    file = published.get("/export/" + index.text.strip())
    assert index.headers["cache-control"] == "public, max-age=300"
    assert file.headers["cache-control"] == "public, max-age=1209600, immutable"


@pytest.mark.parametrize("what", ["index", "file", "key"])
def test_an_unchanged_object_is_not_sent_again(published: TestClient, what: str) -> None:
    path = INDEX
    if what == "file":
        path = "/export/" + published.get(INDEX).text.strip()
    if what == "key":
        path = "/export/public-key.pem"
    first = published.get(path)
    etag = first.headers["etag"]
    assert re.fullmatch(r'"[^"]+"', etag)  # strong

    for wanted in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = published.get(path, headers={"if-none-match": wanted})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
        assert again.headers["cache-control"] == first.headers["cache-control"]
    for wanted in ('"other"', "", etag.strip('"')):
        assert published.get(path, headers={"if-none-match": wanted}).status_code == 200


def test_if_modified_since_counts_only_without_a_tag(published: TestClient) -> None:
    modified = published.get(INDEX).headers["last-modified"]
    before = formatdate(parsedate_to_datetime(modified).timestamp() - 1, usegmt=True)

    def status(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return published.get(INDEX, headers=named).status_code

    assert status(if_modified_since=modified) == 304
    assert status(if_modified_since=before) == 200
    assert status(if_modified_since="yesterday") == 200
    assert status(if_modified_since=modified, if_none_match='"other"') == 200


def test_head_says_the_same_without_the_body(published: TestClient) -> None:
    path = "/export/" + published.get(INDEX).text.strip()
    get, head = published.get(path), published.head(path)
    assert head.status_code == 200
    assert head.content == b""
    for name in ("etag", "content-length", "content-type", "cache-control", "last-modified"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "index.txt",
        "en/hourly",
        "en/hourly/",
        "en/hourly/none.zip",
        "en/hourly/../hourly/index.txt",
        "en/hourly/%2e%2e/hourly/index.txt",
        "../keyserver.sqlite3",
        "..%2fkeyserver.sqlite3",
        "%2e%2e/export-signing-key.pem",
        "en/hourly//index.txt",
        "/en/hourly/index.txt",
        "en\\hourly\\index.txt",
        "en/hourly/index.txt%00",
        "en/.hidden/index.txt",
        "EN/HOURLY/index.txt",
        "é/index.txt",
        "a/" * 200 + "index.txt",
        "en/hourly/index.txt#1.zip",
    ],
)
def test_nothing_else_is_found(published: TestClient, path: str) -> None:
    url = "http://testserver/export/" + path.replace("#", "%23")
    answer = published.get(url)
    if "/../" in path or path.startswith("../"):  # the client resolves these itself
        answer = published.get("http://testserver/export/" + path.replace("..", "%2e%2e"))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@given(st.text(max_size=60))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_name_is_found_or_404(client: TestClient, name: str) -> None:
    answer = client.get("/export/" + quote(name, safe=""))
    assert answer.status_code == 404 or name == "public-key.pem"


def test_files_cannot_be_written_or_deleted_over_http(published: TestClient) -> None:
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        assert published.request(method, INDEX).status_code == 405
