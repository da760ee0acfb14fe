"""The public page where a person redeems a voucher, and the calls behind it.

No sign-in, no session, and the page's script sends no cookie: a cookie would tie the signature
that was asked for to the voucher that is redeemed. Wrong tries are counted by address, as an
HMAC that is gone within the hour; good ones are not counted at all.
"""

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import Final, TypeVar

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from bluezone.portal import chance, clock
from bluezone.portal.accounts import tallies
from bluezone.portal.accounts.errors import TooManyTriesError
from bluezone.portal.accounts.tallies import Limit
from bluezone.portal.addresses import client_address
from bluezone.portal.campaign.agencies.errors import VoucherError, VoucherInvalidError
from bluezone.portal.campaign.agencies.forms import CodeForm
from bluezone.portal.campaign.agencies.redeeming import (
    pool_by_label,
    redeem,
    redeem_slip,
    sign_blinded,
)
from bluezone.protocol.voucher import SIGNATURE_BYTES

WRONG_SLIPS: Final = Limit("wrong slip", count=20, window_s=3600, growing=True)
"""Ours: a whole office types behind one address; from the 20th wrong try on, wait 1 s, 2 s, 4 s."""

View = Callable[..., HttpResponse]
Body = TypeVar("Body", bound=msgspec.Struct)


class SignBody(msgspec.Struct):
    """What `sign` takes: the code and the blinded message in base64."""

    code: str
    blinded: str


class RedeemBody(msgspec.Struct):
    """What `redeem` takes: the key's id, the signed message and its signature in base64."""

    kid: str
    token: str
    signature: str


def _call(view: View) -> View:
    """Return a view whose errors are JSON of one shape: `error` and `errorCode`."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: str, **kwargs: str) -> HttpResponse:
        try:
            return guarded(request, lambda: view(request, *args, **kwargs))
        except VoucherError as error:
            return _error(str(error), error.code, error.status)
        except TooManyTriesError as error:
            response = _error(str(error), error.code, 429)
            response["Retry-After"] = str(error.retry_after_s)
            return response

    return csrf_exempt(login_not_required(answered))


def guarded(request: HttpRequest, work: Callable[[], HttpResponse]) -> HttpResponse:
    """Do `work`; wrong tries from one address become slow.

    Raises:
        TooManyTriesError: wait.
    """
    address, now = client_address(request), clock.desk_now()
    tallies.check(WRONG_SLIPS, address, now=now)
    try:
        return work()
    except VoucherError:
        tallies.fail(WRONG_SLIPS, address, now=now)
        raise


@_call
@require_GET
@cache_control(public=True, max_age=3600)
def voucher_key(_request: HttpRequest, label: str) -> HttpResponse:
    """Answer with the public key that the first four characters of a code name."""
    pool = pool_by_label(label)
    fields = {
        "kid": pool.kid,
        "modulus": pool.modulus,
        "exponent": 65537,
        "agency": pool.agency.name,
        "purpose": pool.purpose,
    }
    return JsonResponse(fields)


@_call
@never_cache
@require_POST
def voucher_sign(request: HttpRequest) -> HttpResponse:
    """Exchange the right on a slip for a blind signature."""
    body = _read(request, SignBody)
    signature = sign_blinded(body.code, _octets(body.blinded), rng=chance.SYSTEM)
    return JsonResponse({"signature": base64.b64encode(signature).decode()})


@_call
@never_cache
@require_POST
def voucher_redeem(request: HttpRequest) -> HttpResponse:
    """Count a voucher."""
    body = _read(request, RedeemBody)
    redeem(body.kid, _octets(body.token), _octets(body.signature), now=clock.now())
    return JsonResponse({"counted": True})


@login_not_required
@never_cache
@sensitive_post_parameters("code")
def voucher_page(request: HttpRequest) -> HttpResponse:
    """Redeem a voucher; without script the slip itself is counted."""
    form, counted = CodeForm(request.POST or None), False
    if form.is_valid():
        try:
            guarded(request, lambda: _count_slip(form.cleaned_data["code"]))
            counted = True
        except (VoucherError, TooManyTriesError) as error:
            form.add_error("code", f"{_explain(error.code)} ({error.code})")
    texts = [(code, _explain(code)) for code in _EXPLAINED]
    status = 422 if form.is_bound and not counted else 200
    context = {"form": form, "counted": counted, "texts": texts}
    return render(request, "agencies/voucher.html", context, status=status)


_EXPLAINED: Final = (
    "slip_invalid",
    "slip_used",
    "slip_voided",
    "voucher_invalid",
    "voucher_spent",
    "vouchers_closed",
    "too_many_requests",
    "wrong_key",
    "no_connection",
)


def _explain(code: str) -> str:
    """Return what a person can do about an error."""
    texts = {
        "slip_invalid": _("No slip has this code. Check each letter and digit."),
        "slip_used": _("This slip was used before. If it was not you, ask for a new one."),
        "slip_voided": _("This slip was replaced. Take a new one from the box."),
        "voucher_invalid": _("The voucher is damaged. Scan the slip again."),
        "voucher_spent": _("This voucher was counted before. You need do nothing more."),
        "vouchers_closed": _("The campaign is over. Nothing is counted any more."),
        "too_many_requests": _("Too many wrong codes from here. Wait a little and try again."),
        "wrong_key": _("The key is not the one printed on your slip. Nothing was sent. Tell us."),
        "no_connection": _("No connection. Nothing is lost; try again."),
    }
    return texts.get(code, texts["no_connection"])


def _count_slip(code: str) -> HttpResponse:
    redeem_slip(code, now=clock.now())
    return HttpResponse()


def _read(request: HttpRequest, kind: type[Body]) -> Body:
    try:
        return msgspec.json.decode(request.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise VoucherInvalidError("the body is not what this call takes") from None


def _octets(text: str) -> bytes:
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise VoucherInvalidError("this is not base64") from None
    if len(octets) > SIGNATURE_BYTES:
        raise VoucherInvalidError("this is too long")
    return octets


def _error(text: str, code: str, status: int) -> HttpResponse:
    return JsonResponse({"error": text, "errorCode": code}, status=status)
