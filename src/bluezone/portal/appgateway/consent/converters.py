"""What a receipt's secret looks like in an address; anything else is no address of ours."""

from bluezone.portal.appgateway.consent.receipts import SECRET_CHARACTERS


class SecretConverter:
    """32 characters of base32."""

    regex = f"[a-z2-7]{{{SECRET_CHARACTERS}}}"

    def to_python(self, value: str) -> str:
        """Return the secret."""
        return value

    def to_url(self, value: str) -> str:
        """Return its place in an address."""
        return value
