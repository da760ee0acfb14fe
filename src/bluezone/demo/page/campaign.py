"""The way from the street to the campaign of August 2020: a page that waits, then the dashboard.

The decision that surprises: only this demo's own page may start the campaign, because filling
its folder takes all of a small machine for a while.
"""

import asyncio
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bluezone.demo.campaign import STEPS, Progress
from bluezone.demo.errors import DemoError
from bluezone.demo.page.texts import N_
from bluezone.demo.page.visitor import page_language
from bluezone.demo.page.writing import written
from bluezone.look.i18n import translator

_OWN: Final = {"same-origin", "none", ""}
"""What `Sec-Fetch-Site` says of a link on our page, of an address typed, of old browsers."""
_WORDS: Final = {
    "units": N_("63 provinces, 707 districts, 10,613 communes"),
    "facts": N_("Published counts, census, smartphones"),
    "figures": N_("Sixteen days of counts for 235 communes"),
    "agencies": N_("Agencies, their reports and vouchers"),
    "teams": N_("Villages, teams, doors and visits"),
    "accounts": N_("Accounts to sign in with"),
    "serving": N_("The portal with its clock at 21:00 on 15/8/2020"),
}


class Campaign(Protocol):
    """What the page needs of the campaign; every method may be called from any thread."""

    def begin(self) -> None:
        """Start it; once is enough."""

    def progress(self) -> Progress:
        """Return how far it is."""

    def entry(self, host: str) -> tuple[str, dict[str, str]]:
        """Return the dashboard's address and the cookies that sign a visitor in."""


def campaign_routes() -> list[Route]:
    """Return the addresses of the way to the campaign."""
    return [
        Route("/campaign", _page),
        Route("/campaign/state", _state),
        Route("/campaign/enter", _enter),
    ]


def _campaign(request: Request) -> Campaign:
    campaign: Campaign = request.app.state.campaign
    return campaign


async def _page(request: Request) -> Response:
    campaign = _campaign(request)
    if request.headers.get("sec-fetch-site", "") in _OWN:
        await asyncio.to_thread(campaign.begin)
    progress = await asyncio.to_thread(campaign.progress)
    if progress.ready:
        return RedirectResponse("/campaign/enter", status_code=303)
    return _shown(request, progress)


def _shown(request: Request, progress: Progress) -> Response:
    """Return the page that says how far it is, or that it failed."""
    language = page_language(request)
    translate = translator("bluezone.demo", language)
    steps = [(step, translate(_WORDS[step]), _place(step, progress)) for step in STEPS]
    return written(
        "campaign.html", request, language, steps=steps, failed=progress.failed, begun=progress.step
    )


def _place(step: str, progress: Progress) -> str:
    """Return whether a step is done, under way or to come."""
    at = STEPS.index(progress.step) if progress.step else -1
    if STEPS.index(step) < at:
        return "done"
    return "active" if step == progress.step else "idle"


async def _state(request: Request) -> Response:
    progress = await asyncio.to_thread(_campaign(request).progress)
    fields = {"step": progress.step, "ready": progress.ready, "failed": progress.failed}
    return JSONResponse(fields)


async def _enter(request: Request) -> Response:
    """Send the visitor to the province's dashboard, signed in."""
    host = request.url.hostname or "127.0.0.1"
    campaign = _campaign(request)
    progress = await asyncio.to_thread(campaign.progress)
    if not progress.ready:
        return RedirectResponse("/campaign", status_code=303)
    try:
        address, cookies = await asyncio.to_thread(campaign.entry, host)
    except DemoError:
        return _shown(request, Progress(progress.step, failed=True))
    response = RedirectResponse(address, status_code=303)
    language = page_language(request)
    for name, value in {**cookies, "language": language}.items():
        response.set_cookie(name, value, httponly=True, samesite="lax")
    return response
