"""Static files of the look for the Starlette pages: `/look/look.css`, `/look/fonts/*.ttf`."""

from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from bluezone.look import font_dir, static_dir


def look_routes() -> list[Mount]:
    """Return the mounts that serve the style sheet and the fonts, fonts first."""
    return [
        Mount("/look/fonts", StaticFiles(directory=font_dir())),
        Mount("/look", StaticFiles(directory=static_dir())),
    ]
