"""The ASGI application: the app gateway, and Django behind a limit on bodies.

Django would write a body of any size to disk before it looks at it. Here a request that says
it is too large, or turns out to be, gets a short answer and nothing more is read. The published
app's requests never reach Django: the gateway drops what it must not keep as it streams in.
"""

import os
from typing import Final, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bluezone.portal.settings")

from django.core.asgi import get_asgi_application

from bluezone.portal.body_limit import App, BodyLimit, Receive, Scope, Send

_django: Final = BodyLimit(cast("App", get_asgi_application()))

from bluezone.portal.appgateway import asgi as gateway  # noqa: E402 - its models need Django set up


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request of a published phone, a browser or another program."""
    if gateway.is_ours(scope):
        await gateway.application(scope, receive, send)
    else:
        await _django(scope, receive, send)
