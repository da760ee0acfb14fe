"""What stands before every call: method, key, chaff, limits, body; and the one error shape.

Source: spec/server-rules.md 2.1. Chaff (header X-Chaff) needs a valid key, is answered
before the rate limiter counts it, and touches nothing. The limiter fails closed: its counts
lie in the same database as the codes, and without that no call could be answered anyway.
"""

import logging
from collections.abc import Callable
from typing import Final, TypeVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from bluezone.portal import chance, clock
from bluezone.portal.accounts import tallies
from bluezone.portal.accounts.errors import TooManyTriesError
from bluezone.portal.accounts.tallies import Limit
from bluezone.portal.addresses import client_address
from bluezone.portal.verification.api.answers import answer, error_answer
from bluezone.portal.verification.api.bodies import Body, read_body
from bluezone.portal.verification.api.chaff import chaff_fields
from bluezone.portal.verification.api_keys import authenticate
from bluezone.portal.verification.errors import (
    InternalServerError,
    MaintenanceModeError,
    MethodNotAllowedError,
    TooManyRequestsError,
    VerificationError,
)
from bluezone.portal.verification.models import ApiKey

B = TypeVar("B", bound=Body)
Handler = Callable[[HttpRequest, B, ApiKey], HttpResponse]
View = Callable[[HttpRequest], HttpResponse]

_log: Final = logging.getLogger(__name__)


def api_call(kind: str, body_type: type[B], handler: Handler[B]) -> View:
    """Return the view of a call.

    Args:
        kind: the kind of API key it needs.
        body_type: the shape of its body.
        handler: does the work; raises one of our errors.
    """

    @csrf_exempt
    @login_not_required
    def view(request: HttpRequest) -> HttpResponse:
        try:
            return _answer(request, kind, body_type, handler)
        except VerificationError as error:
            return error_answer(error, rng=chance.SYSTEM)
        except TooManyTriesError as error:
            refusal = TooManyRequestsError(str(error))
            return error_answer(refusal, rng=chance.SYSTEM, retry_after_s=error.retry_after_s)
        except Exception:  # noqa: BLE001 - the outermost loop: whatever happens, the caller gets our shape
            _log.exception("call failed: %s", request.path)
            return error_answer(InternalServerError("our fault; try again"), rng=chance.SYSTEM)

    return view


def _answer(
    request: HttpRequest, kind: str, body_type: type[B], handler: Handler[B]
) -> HttpResponse:
    if request.method != "POST":
        raise MethodNotAllowedError("only POST")
    key = authenticate(request.headers.get("X-API-Key", ""), kind)
    if "X-Chaff" in request.headers:
        fields = chaff_fields(body_type, now=clock.now(), rng=chance.SYSTEM)
        return answer(fields, rng=chance.SYSTEM)
    limit = Limit("api", count=settings.BLUEZONE_REQUESTS_PER_MINUTE, window_s=60)
    tallies.take(limit, caller(request), now=clock.desk_now())
    if settings.BLUEZONE_MAINTENANCE:
        raise MaintenanceModeError("the server only reads at the moment; try again later")
    return handler(request, read_body(request, body_type), key)


def caller(request: HttpRequest) -> str:
    """Return by what a caller is counted: realm and address."""
    return f"{settings.BLUEZONE_REALM}\n{client_address(request)}"
