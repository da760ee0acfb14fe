"""The ASGI application: Django behind a limit on bodies.

Django would write a body of any size to disk before it looks at it. Here a request that says
it is too large, or turns out to be, gets a short answer and nothing more is read.
"""

import os
from typing import Final, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bluezone.portal.settings")

from django.core.asgi import get_asgi_application

from bluezone.portal.body_limit import App, BodyLimit

application: Final = BodyLimit(cast("App", get_asgi_application()))
