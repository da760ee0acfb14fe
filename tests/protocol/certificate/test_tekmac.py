import base64
import hashlib
import hmac
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bluezone.protocol.certificate import daykeymac, macs_equal, tekmac
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey

SECRET = b"a secret of the phone, 32 bytes."
# Base64 begins with "+", "A" and "z": the order of the text is not the order of the bytes.
PLUS = DiagnosisKey(b"\xf8" + bytes(15), 2_661_120, 144, transmission_risk=4)
UPPER = DiagnosisKey(bytes(16), 2_661_264, 100, transmission_risk=0)
LOWER = DiagnosisKey(b"\xcc" + bytes(15), 2_660_976, 144, transmission_risk=8)


def mac_of(cleartext: str) -> bytes:
    return hmac.new(SECRET, cleartext.encode(), hashlib.sha256).digest()


def test_keys_are_sorted_by_their_base64_text_and_carry_every_risk() -> None:
    assert tekmac([LOWER, UPPER, PLUS], SECRET) == mac_of(
        "+AAAAAAAAAAAAAAAAAAAAA==.2661120.144.4,"
        "AAAAAAAAAAAAAAAAAAAAAA==.2661264.100.0,"
        "zAAAAAAAAAAAAAAAAAAAAA==.2660976.144.8"
    )


def test_the_risk_part_disappears_only_if_every_risk_is_zero() -> None:
    silent = [replace(key, transmission_risk=0) for key in (LOWER, UPPER, PLUS)]
    assert tekmac(silent, SECRET) == mac_of(
        "+AAAAAAAAAAAAAAAAAAAAA==.2661120.144,"
        "AAAAAAAAAAAAAAAAAAAAAA==.2661264.100,"
        "zAAAAAAAAAAAAAAAAAAAAA==.2660976.144"
    )


def test_one_key_has_no_comma() -> None:
    assert tekmac([UPPER], SECRET) == mac_of("AAAAAAAAAAAAAAAAAAAAAA==.2661264.100")


def test_day_keys_count_in_intervals_and_carry_no_risk() -> None:
    days = [
        DayKeyEntry(bytes(32), 1_597_363_200),
        DayKeyEntry(b"\xf8" + bytes(31), 1_597_276_800, 48),
    ]
    first, second = base64.b64encode(days[1].key).decode(), base64.b64encode(days[0].key).decode()
    assert daykeymac(days, SECRET) == mac_of(f"{first}.2662128.144,{second}.2662272.144")


@given(st.permutations([PLUS, UPPER, LOWER]))
def test_the_order_of_the_keys_does_not_matter(keys: list[DiagnosisKey]) -> None:
    assert tekmac(keys, SECRET) == tekmac([PLUS, UPPER, LOWER], SECRET)


@given(st.sampled_from(["start", "period", "transmission_risk", "key", "secret"]))
def test_any_change_changes_the_hmac(what: str) -> None:
    other = {
        "start": replace(PLUS, start=2_661_121),
        "period": replace(PLUS, period=143),
        "transmission_risk": replace(PLUS, transmission_risk=5),
        "key": replace(PLUS, key=b"\xf9" + bytes(15)),
        "secret": PLUS,
    }[what]
    secret = b"other" if what == "secret" else SECRET
    assert not macs_equal(tekmac([other, UPPER], secret), tekmac([PLUS, UPPER], SECRET))


def test_equal_hmacs_are_equal() -> None:
    assert macs_equal(tekmac([PLUS], SECRET), tekmac([PLUS], SECRET))
    assert not macs_equal(tekmac([PLUS], SECRET), b"")
