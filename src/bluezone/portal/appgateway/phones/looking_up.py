"""Who has a token: by its hash, then by its text."""

from bluezone.portal.appgateway.phones.models import EarlierToken, Phone
from bluezone.portal.appgateway.phones.tokens import PhoneId, hash_of


def phone_id_of(token: str) -> PhoneId | None:
    """Return the phone that has or had this token."""
    hashed = hash_of(token)
    current = Phone.objects.filter(token_hash=hashed).values_list("id", "token").first()
    found = current or (
        EarlierToken.objects.filter(token_hash=hashed).values_list("phone_id", "token").first()
    )
    return PhoneId(found[0]) if found is not None and found[1] == token else None
