"""Which handler answers which request; every package brings its own.

Source: spec/bluezone-wire.md 3.2.
"""

from collections.abc import Mapping
from typing import Final

from bluezone.portal.appgateway.files import handlers as file_handlers
from bluezone.portal.appgateway.http import Handler
from bluezone.portal.appgateway.people import (
    declarations_handlers,
    information_handlers,
    otp_handlers,
)
from bluezone.portal.appgateway.phones import registration_handlers
from bluezone.portal.appgateway.uploads import (
    contact_handlers,
    dropping_handlers,
    help_handlers,
)

PREFIXES: Final = ("/api/App/", "/api/AppHistoryContact/", "/api/AppLog/", "/bzentries/")
"""Where the gateway answers; all other addresses are Django's."""

ROUTES: Final[Mapping[tuple[str, str], Handler]] = {
    **registration_handlers.HANDLERS,
    **otp_handlers.HANDLERS,
    **information_handlers.HANDLERS,
    **declarations_handlers.HANDLERS,
    **dropping_handlers.HANDLERS,
    **contact_handlers.HANDLERS,
    **help_handlers.HANDLERS,
    **file_handlers.HANDLERS,
}
"""By method and whole path; one line for each module of handlers."""

PREFIX_ROUTES: Final[Mapping[tuple[str, str], Handler]] = {**file_handlers.PREFIX_HANDLERS}
"""By method and the beginning of the path, where it ends in a name or a number."""


def handler_for(method: str, path: str) -> Handler | None:
    """Return who answers, or None."""
    exact = ROUTES.get((method, path))
    if exact is not None:
        return exact
    fitting = (
        by for (verb, start), by in PREFIX_ROUTES.items() if _fits(verb, start, method, path)
    )
    return next(fitting, None)


def _fits(verb: str, start: str, method: str, path: str) -> bool:
    return verb == method and path.startswith(start)
