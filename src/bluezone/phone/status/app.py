"""The status page as an ASGI application: look, type a code, confirm, read the receipt.

Sources: DESIGN "Two halves that never meet by themselves" (a person types a code, sees what
will be sent, gets a receipt), LOOK. Everything works without JavaScript; there is none. The
surprising decision: the confirmation is a form of its own page with the value of exactly
the preview shown, so going back and forth in the browser cannot confirm something else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bluezone.look.routes import look_routes
from bluezone.phone.key_store import RandomBytes
from bluezone.phone.share import Share, ShareError
from bluezone.phone.share.errors import explain
from bluezone.phone.status.guard import HOSTS, FormGuard
from bluezone.phone.status.pages import Pages
from bluezone.phone.status.sources import StatusSources
from bluezone.phone.status.view import status_view
from bluezone.protocol.errors import BluezoneError

_SEE_OTHER: Final = 303


@dataclass(frozen=True, slots=True)
class _Status:
    """The handlers; every one that touches a store or a server runs in a thread."""

    sources: StatusSources
    clock: Callable[[], int]
    pages: Pages
    guard: FormGuard

    async def home(self, request: Request) -> Response:
        language = self.pages.language(request)
        view = await run_in_threadpool(
            status_view, self.sources, now=self.clock(), language=language
        )
        return self.pages.render(request, "status.html", {"view": view, "now_s": self.clock()})

    async def ask_code(self, request: Request) -> Response:
        return self.pages.render(request, "code.html", {"ready": self.sources.share is not None})

    async def take_code(self, request: Request) -> Response:
        fields = await self.guard.read_form(request)
        try:
            share = self._share()
            code, now = fields.get("code", ""), self.clock()
            preview = await run_in_threadpool(share.preview, code, now)
        except ShareError as error:
            said = explain(error.code, self.pages.language(request))
            return self.pages.render(request, "code.html", {"ready": True, "said": said}, 400)
        return RedirectResponse(f"/share/{preview.attempt}", _SEE_OTHER)

    async def show_preview(self, request: Request) -> Response:
        number = int(request.path_params["number"])
        preview = await run_in_threadpool(self._share().show_again, number, self.clock())
        return self.pages.render(request, "preview.html", {"preview": preview})

    async def take_confirmation(self, request: Request) -> Response:
        fields = await self.guard.read_form(request)
        number, value = int(request.path_params["number"]), fields.get("confirmation", "")
        try:
            await run_in_threadpool(self._upload, number, value)
        except ShareError as error:
            said = explain(error.code, self.pages.language(request))
            return self._preview_again(request, number, said)
        return RedirectResponse(f"/receipt/{number}", _SEE_OTHER)

    async def show_receipt(self, request: Request) -> Response:
        number = int(request.path_params["number"])
        receipts = await run_in_threadpool(self._share().journal.receipts)
        found = [receipt for receipt in receipts if receipt.attempt == number]
        if not found:
            return RedirectResponse("/", _SEE_OTHER)
        return self.pages.render(request, "receipt.html", {"receipt": found[0]})

    def _upload(self, number: int, value: str) -> None:
        share, now = self._share(), self.clock()
        finished = share.journal.read(number).receipt
        if finished is None:
            share.upload(share.show_again(number, now).confirm(value), now)

    def _preview_again(self, request: Request, number: int, said: str) -> Response:
        try:
            preview = self._share().show_again(number, self.clock())
        except ShareError:
            return self.pages.render(request, "code.html", {"ready": True, "said": said}, 400)
        return self.pages.render(request, "preview.html", {"preview": preview, "said": said}, 502)

    def _share(self) -> Share:
        if self.sources.share is None:
            raise ShareError("server_unreachable")
        return self.sources.share


def create_status_app(
    sources: StatusSources, *, clock: Callable[[], int], rng: RandomBytes
) -> Starlette:
    """Return the application; bind it to 127.0.0.1 alone (see `serve_status`).

    Args:
        sources: the phone's parts.
        clock: Unix seconds.
        rng: draws the secret of the forms and the sessions; `secrets.token_bytes`.
    """
    guard = FormGuard(rng(32))
    status = _Status(sources, clock, Pages(guard, rng), guard)
    routes = [
        Route("/", status.home),
        Route("/share", status.ask_code),
        Route("/share", status.take_code, methods=["POST"]),
        Route("/share/{number:int}", status.show_preview),
        Route("/share/{number:int}", status.take_confirmation, methods=["POST"]),
        Route("/receipt/{number:int}", status.show_receipt),
        *look_routes(),
    ]
    middleware = [Middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS))]
    app = Starlette(routes=routes, middleware=middleware)
    app.add_exception_handler(BluezoneError, status.pages.on_error)
    return app
