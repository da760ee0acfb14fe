"""Where a phone sends what its owner confirmed."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ShareSettings:
    """Two servers that know nothing of one another's secrets.

    Attributes:
        portal_url: the identified half, for code and certificate.
        api_key: device key for the portal; hidden in the repr.
        keyserver_url: the anonymous half, for the keys.
        health_authority_id: name under which the key server knows the portal.
    """

    portal_url: str
    api_key: str = field(repr=False)
    keyserver_url: str
    health_authority_id: str = "vn.bluezone"
