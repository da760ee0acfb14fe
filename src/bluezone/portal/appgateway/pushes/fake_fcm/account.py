"""The fake's service account, and the server that gives out access tokens for it.

Source: Google's OAuth 2.0 for service accounts (RFC 7523): a JWT with RS256, `iss` the account,
`scope`, `aud` the token's server, at most an hour long.
"""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Final
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bluezone.portal.appgateway.pushes.fcm_auth import SCOPE

PROJECT: Final = "bluezone-fake"
EMAIL: Final = "pusher@bluezone-fake.iam.gserviceaccount.com"
AUDIENCE: Final = "https://oauth2.googleapis.com/token"
"""Google's own, which `google-auth` signs for whatever the file's `token_uri` is."""
GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TTL_S: Final = 3_599
LONGEST_ASSERTION_S: Final = 3_600


@dataclass(slots=True)
class Account:
    """A service account, and the access tokens that are good for it.

    Attributes:
        token_uri: address of the token's server.
        key: of the account.
        given: access tokens that were given out, with the wall's second at which each ends.
    """

    token_uri: str
    key: RSAPrivateKey = field(repr=False)
    given: dict[str, float] = field(default_factory=dict, repr=False)

    def file(self) -> str:
        """Return what stands in the JSON file that the Firebase console would give out."""
        pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        content = {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": "fake-key-1",
            "private_key": pem.decode(),
            "client_email": EMAIL,
            "client_id": "1",
            "token_uri": self.token_uri,
        }
        return json.dumps(content)

    def give(self, form: bytes, *, now: float, rng: Random) -> dict[str, object] | None:
        """Return an access token for a signed request, None for any other.

        Args:
            form: body of the request.
            now: Unix seconds of the wall.
            rng: chance of the token.
        """
        fields = parse_qs(form.decode("ascii", "replace"))
        if fields.get("grant_type") != [GRANT] or len(fields.get("assertion", [])) != 1:
            return None
        if not self._is_signed(fields["assertion"][0]):
            return None
        token = f"ya29.fake.{rng.getrandbits(128):032x}"
        self.given[token] = now + TTL_S
        return {"access_token": token, "expires_in": TTL_S, "token_type": "Bearer"}

    def _is_signed(self, assertion: str) -> bool:
        required = ["iss", "scope", "aud", "iat", "exp"]
        try:
            claims = jwt.decode(
                assertion,
                self.key.public_key(),
                algorithms=["RS256"],
                audience=[AUDIENCE, self.token_uri],
                issuer=EMAIL,
                options={"require": required},
            )
        except jwt.InvalidTokenError:
            return False
        short = claims["exp"] - claims["iat"] <= LONGEST_ASSERTION_S
        return short and SCOPE in str(claims["scope"]).split()

    def is_good(self, authorization: str, *, now: float) -> bool:
        """Return whether a request's `Authorization` holds a token that lives."""
        kind, _, token = authorization.partition(" ")
        return kind == "Bearer" and self.given.get(token, 0.0) > now


def new_account(token_uri: str) -> Account:
    """Return an account with a key of its own."""
    return Account(token_uri, generate_private_key(public_exponent=65_537, key_size=2_048))
