"""Pages of the demo from their templates, in the visitor's language."""

from typing import Final

from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bluezone.look.i18n import translator

_TEMPLATES: Final = Environment(
    loader=PackageLoader("bluezone.demo.page", "templates"), autoescape=select_autoescape()
)


def written(template: str, request: Request, language: str, **values: object) -> Response:
    """Return a page; a language that was chosen in its address is remembered.

    Args:
        template: name of the file.
        request: what asked for it.
        language: `vi` or `en`.
        values: what the template shows.
    """
    translate = translator("bluezone.demo", language)
    html = _TEMPLATES.get_template(template).render(_=translate, language=language, **values)
    response = HTMLResponse(html)
    if request.query_params.get("lang") == language:
        response.set_cookie("language", language, max_age=31_536_000, httponly=True, samesite="lax")
    return response
