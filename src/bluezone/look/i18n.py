"""Two languages for the pages that are not Django's.

Texts in the code are English; the catalogue of each package lies in its `locale` folder,
domain `messages`. Vietnamese is the default language of every page. The portal uses
Django's own translation with the domain `django`.
"""

import gettext
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

LANGUAGES: Final = ("vi", "en")
DEFAULT_LANGUAGE: Final = "vi"
DOMAIN: Final = "messages"

Translator = Callable[[str], str]


@cache
def catalogue(package: str, language: str) -> gettext.NullTranslations:
    """Return the compiled catalogue of a package; English, the source, needs none.

    Args:
        package: dotted name such as `bluezone.phone`.
        language: `vi` or `en`; anything else counts as the default.
    """
    chosen = language if language in LANGUAGES else DEFAULT_LANGUAGE
    file = files(package) / "locale" / chosen / "LC_MESSAGES" / f"{DOMAIN}.mo"
    if not file.is_file():
        return gettext.NullTranslations()
    with file.open("rb") as stream:
        return gettext.GNUTranslations(stream)


def translator(package: str, language: str) -> Translator:
    """Return the function that turns an English text of `package` into `language`."""
    return catalogue(package, language).gettext


def pick_language(
    *, query: str | None, cookie: str | None, accepted: str | None, default: str = DEFAULT_LANGUAGE
) -> str:
    """Return the language of a page: the asked one, the remembered one, the browser's, ours.

    Args:
        query: value of `?lang=`.
        cookie: value of the cookie `language`.
        accepted: the header Accept-Language; its order counts, its weights do not.
        default: what to use when nothing is said.
    """
    wanted = [query or "", cookie or ""]
    wanted += [part.split(";")[0].strip() for part in (accepted or "").split(",")]
    for tag in wanted:
        if (short := tag.split("-")[0].lower()) in LANGUAGES:
            return short
    return default


def texts(package: str, language: str, messages: Mapping[str, str]) -> dict[str, str]:
    """Return `messages` (name to English text) translated, for a page's script."""
    translate = translator(package, language)
    return {name: translate(text) for name, text in messages.items()}
