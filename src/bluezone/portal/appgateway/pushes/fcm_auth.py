"""Who we are to Firebase: a service account's key, and the access token that it gets.

Source: Google's OAuth 2.0 for service accounts, by `google-auth`: a JWT signed with RS256 goes
to the account's `token_uri` and comes back as a bearer token for an hour. It lives by the wall
clock, whatever clock events live by. The surprising part: `google-auth` wants an HTTP client to
be handed in; ours is httpx2, so that no second one comes along.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2
from google.auth import exceptions, transport
from google.oauth2.service_account import Credentials

from bluezone.portal.appgateway.pushes.errors import AccessRefusedError, AccessUnavailableError
from bluezone.portal.errors import InvalidSettingError
from bluezone.portal.secret_files import read_private

SCOPE: Final = "https://www.googleapis.com/auth/firebase.messaging"
TIMEOUT_S: Final = 10
SAFE: Final = ("https://", "http://127.0.0.1:", "http://localhost:", "http://[::1]:")
_SETTING: Final = "BLUEZONE_PORTAL_GATEWAY_FCM_CREDENTIALS"


@dataclass(frozen=True, slots=True)
class _Response(transport.Response):
    status: int
    headers: Mapping[str, str]
    data: bytes


class _Request(transport.Request):
    """Sends what `google-auth` wants sent."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client

    def __call__(  # the names are google-auth's
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = TIMEOUT_S,
        **_more: Any,
    ) -> transport.Response:
        try:
            answer = self._client.request(
                method, url, content=body, headers=dict(headers or {}), timeout=timeout
            )
        except httpx2.HTTPError as error:
            name = type(error).__name__
            raise exceptions.TransportError(name) from None  # type: ignore[no-untyped-call]
        return _Response(answer.status_code, dict(answer.headers), answer.content)


@dataclass(slots=True)
class Access:
    """The access token of a service account, fetched when it is missing or about to expire.

    Attributes:
        project: the Firebase project that the account belongs to.
        credentials: its key; hidden in the repr.
        transport: how the token's server is reached; over the network if not given.
    """

    project: str
    credentials: Credentials = field(repr=False)

    transport: httpx2.BaseTransport | None = field(default=None, repr=False)

    def header(self) -> str:
        """Return the value of `Authorization`.

        Raises:
            AccessRefusedError: the account or its key is not accepted.
            AccessUnavailableError: the token's server does not answer; try later.
        """
        if not self.credentials.valid:
            with httpx2.Client(transport=self.transport, trust_env=False) as client:
                self._refresh(client)
        return f"Bearer {self.credentials.token}"

    def forget(self) -> None:
        """Fetch a new token the next time: this one was refused."""
        self.credentials.token = None

    def _refresh(self, client: httpx2.Client) -> None:
        try:
            self.credentials.refresh(_Request(client))  # type: ignore[no-untyped-call]
        except exceptions.RefreshError as error:
            if error.retryable:
                raise AccessUnavailableError("the token's server is in trouble") from None
            raise AccessRefusedError("the service account is not accepted") from None
        except exceptions.TransportError:
            raise AccessUnavailableError("the token's server does not answer") from None


def access_from_file(path: str) -> Access:
    """Return the access of the service account in a JSON file from the Firebase console.

    Raises:
        InvalidSettingError: no file, not a service account's, or a `token_uri` without TLS.
        UnsafeSecretError: others can read the file.
    """
    if not path or not Path(path).is_file():
        raise InvalidSettingError(f"{_SETTING} must name a service account's JSON file")
    try:
        content = json.loads(read_private(Path(path)))
        if not str(content["token_uri"]).startswith(SAFE):
            raise InvalidSettingError(f"the token_uri in {_SETTING} must begin with https://")
        make = Credentials.from_service_account_info
        credentials = make(content, scopes=[SCOPE])  # type: ignore[no-untyped-call]
        return Access(str(content["project_id"]), credentials)
    except (ValueError, KeyError, TypeError, exceptions.GoogleAuthError):
        raise InvalidSettingError(f"{_SETTING} is not a service account's JSON file") from None
