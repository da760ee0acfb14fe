import base64
import json
from collections.abc import Mapping

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from bluezone.protocol.certificate import (
    REPORT_TYPES,
    CertificateClaims,
    issue_certificate,
    verify_certificate,
)
from bluezone.protocol.certificate.jwt import MAX_TOKEN
from bluezone.protocol.errors import BluezoneError, InvalidCertificateError

NOW, TTL_S = 1_597_420_800, 900
ISS, AUD = "vn.bluezone.portal", "vn.bluezone.keyserver"
KEY = derive_private_key(15082020, SECP256R1())
OTHER = derive_private_key(815, SECP256R1())
P384 = derive_private_key(384, SECP384R1())
KEYS = {"v1": KEY.public_key()}
CLAIMS = CertificateClaims("confirmed", 2_661_120, bytes(range(32)), bytes(range(1, 33)))
MAC = base64.b64encode(bytes(32)).decode()
BODY = {"iss": ISS, "aud": AUD, "iat": NOW, "nbf": NOW, "exp": NOW + TTL_S}
FULL = {**BODY, "reportType": "likely", "tekmac": MAC}


def issue(claims: CertificateClaims = CLAIMS) -> str:
    return issue_certificate(claims, key=KEY, kid="v1", iss=ISS, aud=AUD, now=NOW, ttl_s=TTL_S)


def sign(body: Mapping[str, object], **headers: object) -> str:
    """Return a token that the authority signed, with any content."""
    return jwt.encode(dict(body), KEY, algorithm="ES256", headers={"kid": "v1", **headers})


def verify(token: str, now: int = NOW) -> CertificateClaims:
    return verify_certificate(token, keys=KEYS, iss=ISS, aud=AUD, now=now)


def reason_of(token: str, now: int = NOW) -> str:
    with pytest.raises(InvalidCertificateError) as caught:
        verify(token, now)
    assert caught.value.code == "invalid_certificate"
    return caught.value.reason


@given(
    st.sampled_from(REPORT_TYPES),
    st.none() | st.integers(1, 2**32 - 1),
    st.binary(min_size=32, max_size=32),
    st.none() | st.binary(min_size=32, max_size=32),
)
def test_claims_survive_the_certificate(
    report_type: str, onset: int | None, mac: bytes, day_mac: bytes | None
) -> None:
    claims = verify(issue(CertificateClaims(report_type, onset, mac, day_mac)))
    assert claims == CertificateClaims(report_type, onset, mac, day_mac, NOW, NOW + TTL_S)


def test_a_certificate_says_what_the_reference_server_says() -> None:
    token = issue(CertificateClaims("likely", 2_661_120, bytes(32)))
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "kid": "v1", "typ": "JWT"}
    body = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert body == {**FULL, "symptomOnsetInterval": 2_661_120}


def test_a_reference_certificate_without_our_claim_is_accepted() -> None:
    claims = verify(sign({**FULL, "symptomOnsetInterval": 0, "trisk": [], "sub": 7}))
    assert (claims.symptom_onset_interval, claims.daykeymac) == (None, None)


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (NOW - 6, "not_yet_valid"),
        (NOW - 5, None),
        (NOW + TTL_S - 1, None),
        (NOW + TTL_S + 4, None),
        (NOW + TTL_S + 5, "expired"),
        (NOW + 10 * 86_400, "expired"),
        (NOW - 10 * 86_400, "not_yet_valid"),
    ],
)
def test_five_seconds_of_clock_difference_are_forgiven(now: int, reason: str | None) -> None:
    if reason is None:
        assert verify(issue(), now).tekmac == CLAIMS.tekmac
    else:
        assert reason_of(issue(), now) == reason


def test_a_later_start_than_issue_is_kept() -> None:
    assert reason_of(sign({**FULL, "nbf": NOW + 60})) == "not_yet_valid"


def test_a_certificate_without_start_counts_from_its_issue() -> None:
    body = {name: value for name, value in FULL.items() if name != "nbf"}
    assert verify(sign(body)).issued_at == NOW
    assert reason_of(sign(body), NOW - 60) == "not_yet_valid"


def test_a_signature_by_another_key_is_refused() -> None:
    forged = jwt.encode(FULL, OTHER, algorithm="ES256", headers={"kid": "v1"})
    assert reason_of(forged) == "signature"


def test_a_changed_claim_is_refused() -> None:
    header, _, signature = sign(FULL).split(".")
    body = base64.urlsafe_b64encode(json.dumps({**FULL, "reportType": "confirmed"}).encode())
    assert reason_of(f"{header}.{body.rstrip(b'=').decode()}.{signature}") == "signature"


PUBLIC_PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def hmac_with_public_key() -> str:
    """Return the classic confusion: the public key used as a shared secret."""
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"v1"}').rstrip(b"=").decode()
    body = base64.urlsafe_b64encode(json.dumps(FULL).encode()).rstrip(b"=").decode()
    unsigned = f"{header}.{body}"
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
        unsigned.encode(), PUBLIC_PEM
    )
    return f"{unsigned}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def test_the_public_key_as_a_shared_secret_is_refused() -> None:
    assert reason_of(hmac_with_public_key()) == "algorithm"


@pytest.mark.parametrize("algorithm", ["none", "RS256", "ES384", "HS256"])
def test_every_other_algorithm_is_refused(algorithm: str) -> None:
    key = {
        "none": None,
        "RS256": generate_private_key(65537, 2048) if algorithm == "RS256" else None,
        "ES384": P384,
        "HS256": "x" * 32,
    }[algorithm]
    token = jwt.encode(FULL, key, algorithm=algorithm, headers={"kid": "v1"})
    assert reason_of(token) == "algorithm"


@pytest.mark.parametrize("algorithm", [None, 7, "es256", "ES256K", ["ES256"], {}])
def test_an_algorithm_of_another_type_or_spelling_is_refused(algorithm: object) -> None:
    header = json.dumps({"alg": algorithm, "kid": "v1"}).encode()
    rest = sign(FULL).split(".", 1)[1]
    token = f"{base64.urlsafe_b64encode(header).rstrip(b'=').decode()}.{rest}"
    assert reason_of(token) == "algorithm"


def test_a_certificate_that_names_no_key_is_refused() -> None:
    assert reason_of(jwt.encode(FULL, KEY, algorithm="ES256")) == "missing_kid"
    assert reason_of(sign(FULL, kid="")) == "missing_kid"


def test_a_certificate_that_names_a_foreign_key_is_refused() -> None:
    assert reason_of(sign(FULL, kid="v2")) == "unknown_kid"


def test_an_authority_key_on_another_curve_is_refused() -> None:
    with pytest.raises(InvalidCertificateError) as caught:
        verify_certificate(issue(), keys={"v1": P384.public_key()}, iss=ISS, aud=AUD, now=NOW)
    assert caught.value.reason == "wrong_curve"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "vn.other"}, "issuer"),
        ({"iss": 7}, "issuer"),
        ({"iss": None}, "claims"),
        ({"aud": "vn.other"}, "audience"),
        ({"aud": 7}, "audience"),
        ({"aud": None}, "claims"),
        ({"exp": None}, "claims"),
        ({"exp": "soon"}, "claims"),
        ({"exp": 1e300}, "claims"),
        ({"exp": True}, "claims"),
        ({"exp": -1}, "claims"),
        ({"iat": None}, "claims"),
        ({"iat": [NOW]}, "claims"),
        ({"nbf": "now"}, "claims"),
        ({"reportType": None}, "claims"),
        ({"reportType": "Confirmed"}, "claims"),
        ({"reportType": 1}, "claims"),
        ({"reportType": ["confirmed"]}, "claims"),
        ({"symptomOnsetInterval": "2661120"}, "claims"),
        ({"symptomOnsetInterval": -1}, "claims"),
        ({"symptomOnsetInterval": 2**32}, "claims"),
        ({"symptomOnsetInterval": 1.5}, "claims"),
        ({"symptomOnsetInterval": True}, "claims"),
        ({"tekmac": None}, "claims"),
        ({"tekmac": ""}, "claims"),
        ({"tekmac": MAC[:-4]}, "claims"),
        ({"tekmac": "!" * 44}, "claims"),
        ({"tekmac": "ệ" * 44}, "claims"),
        ({"tekmac": [0] * 32}, "claims"),
        ({"tekmac": "A" * 500}, "claims"),
        ({"daykeymac": None}, "claims"),
        ({"daykeymac": MAC[:-4]}, "claims"),
    ],
)
def test_a_claim_that_is_missing_or_wrong_is_refused(
    changes: dict[str, object], reason: str
) -> None:
    assert reason_of(raw({**FULL, **changes})) == reason


def raw(body: Mapping[str, object]) -> str:
    """Return a signed token without the library's own look at the claims."""
    return jwt.api_jws.encode(
        json.dumps(body).encode(), KEY, algorithm="ES256", headers={"kid": "v1"}
    )


def test_one_of_several_audiences_is_enough() -> None:
    assert verify(sign({**FULL, "aud": ["vn.other", AUD]})).report_type == "likely"


@pytest.mark.parametrize("payload", [b"[]", b"7", b"null", b"{", b"[" * 2000, b"\xff"])
def test_a_body_that_is_not_an_object_is_refused(payload: bytes) -> None:
    token = jwt.api_jws.encode(payload, KEY, algorithm="ES256", headers={"kid": "v1"})
    assert reason_of(token) == "malformed"


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "ệ.ệ.ệ", "\ud800", "{}", "Bearer x"])
def test_something_else_than_a_token_is_refused(token: str) -> None:
    assert reason_of(token) == "malformed"


def test_a_token_cut_or_lengthened_by_a_letter_is_refused() -> None:
    for token in (issue()[:-1], issue() + "A"):
        assert reason_of(token) in {"malformed", "signature"}


def test_a_critical_header_that_we_do_not_know_is_refused() -> None:
    assert reason_of(sign(FULL, crit=["x"], x=1)) == "malformed"


def test_a_giant_token_is_refused_unread() -> None:
    assert reason_of("A" * (MAX_TOKEN + 1)) == "too_large"
    assert reason_of(sign({**FULL, "padding": "A" * MAX_TOKEN})) == "too_large"


@pytest.mark.parametrize(
    "claims",
    [
        CertificateClaims("positive", None, bytes(32)),
        CertificateClaims("confirmed", -1, bytes(32)),
        CertificateClaims("confirmed", None, bytes(31)),
        CertificateClaims("confirmed", None, bytes(32), bytes(16)),
    ],
)
def test_what_a_key_server_would_refuse_is_not_issued(claims: CertificateClaims) -> None:
    with pytest.raises(InvalidCertificateError) as caught:
        issue(claims)
    assert caught.value.reason == "claims"


def test_a_key_on_another_curve_or_no_lifetime_issues_nothing() -> None:
    where = {"kid": "v1", "iss": ISS, "aud": AUD, "now": NOW}
    with pytest.raises(InvalidCertificateError) as caught:
        issue_certificate(CLAIMS, key=P384, ttl_s=TTL_S, **where)
    assert caught.value.reason == "wrong_curve"
    with pytest.raises(InvalidCertificateError) as caught:
        issue_certificate(CLAIMS, key=KEY, ttl_s=0, **where)
    assert caught.value.reason == "claims"


def test_claims_hide_the_hmacs_in_their_repr() -> None:
    assert repr(CLAIMS).startswith("CertificateClaims(report_type='confirmed', symptom_onset")
    assert "mac=" not in repr(CLAIMS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*FULL, "symptomOnsetInterval", "daykeymac"]), JSON))
def test_any_signed_claims_give_a_value_or_our_error(changes: dict[str, object]) -> None:
    check(raw({**FULL, **changes}))


@given(st.dictionaries(st.sampled_from(["alg", "kid", "b64", "crit", "typ"]), JSON))
def test_any_header_gives_a_value_or_our_error(changes: dict[str, object]) -> None:
    header = json.dumps({"alg": "ES256", "kid": "v1", **changes}).encode()
    rest = sign(FULL).split(".", 1)[1]
    check(f"{base64.urlsafe_b64encode(header).rstrip(b'=').decode()}.{rest}")


@given(st.text(max_size=80) | st.from_regex(r"[A-Za-z0-9_=-]{0,40}(\.[A-Za-z0-9_=-]{0,40}){0,4}"))
def test_any_text_gives_our_error(token: str) -> None:
    with pytest.raises(BluezoneError):
        verify(token)


@given(st.integers(0, 600), st.characters(codec="utf-8"))
def test_any_changed_letter_gives_a_value_or_our_error(at: int, letter: str) -> None:
    token = issue()
    check(token[: at % len(token)] + letter + token[at % len(token) + 1 :])


def check(token: str) -> None:
    try:
        claims = verify(token)
    except InvalidCertificateError as fault:
        claims = None
        reason = fault.reason
    assert claims is not None or reason != "invalid"
