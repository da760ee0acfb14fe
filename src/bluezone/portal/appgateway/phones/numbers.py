"""Phone numbers as the published app sends them: as typed, in every way people write them.

Source: spec/bluezone-wire.md 5.3 (an optional +, 9 to 15 digits, sent without normalisation). The
rules themselves are those of messages (`verification.sms.phone_number`): a number that gets no
message cannot be confirmed.
"""

from bluezone.portal.verification.errors import PhoneNumberInvalidError
from bluezone.portal.verification.sms.phone_number import normalise_phone


def normalise_number(text: str) -> str | None:
    """Return the number in E.164, or None for what can get no message.

    The first zero may be missing (912345678): the app takes nine digits, and tables of numbers
    lose it.
    """
    try:
        return normalise_phone(text, without_zero=True)
    except PhoneNumberInvalidError:
        return None
