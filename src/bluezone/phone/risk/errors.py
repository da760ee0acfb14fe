"""The errors of judging risk: policies, recordings and cases that cannot be used."""

from bluezone.phone.errors import PhoneError


class RiskError(PhoneError):
    """Root of the errors of risk assessment."""

    code = "risk_error"


class InvalidPolicyError(RiskError):
    """A policy with an unknown, missing or impossible value."""

    code = "invalid_risk_policy"


class PolicySignatureError(RiskError):
    """A policy document that no trusted key has signed."""

    code = "invalid_risk_policy_signature"


class StalePolicyError(RiskError):
    """A signed policy that is expired, not valid yet, or not newer than the one in use."""

    code = "stale_risk_policy"


class InvalidRecordingError(RiskError):
    """A file of recorded encounters or cases that cannot be read."""

    code = "invalid_recording"


class MissingExtraError(RiskError):
    """A model needs a package that is installed only with an extra."""

    code = "missing_extra"
