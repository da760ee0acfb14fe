"""`bluezone.keyserver.asgi:application`, for any ASGI server with several workers.

`granian --interface asgi --workers 4 bluezone.keyserver.asgi:application` runs as many
key-server processes; they share nothing but the database. The export worker is not in
here: run `bluezone serve --role export` or `bluezone export run` beside it.
"""

import os
from typing import Final

from bluezone.keyserver.app import create_app
from bluezone.keyserver.environment import load_settings

application: Final = create_app(load_settings(os.environ))
