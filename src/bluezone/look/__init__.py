"""How every page looks and speaks: colours, type, languages, numbers and dates.

A leaf that the portal, the phone's status page and the demo share, so that they look
like one thing without importing one another. Fonts come from the package
`fontpkg-be-vietnam-pro` (SIL Open Font License) and are served by us.
"""

from pathlib import Path


def static_dir() -> Path:
    """Return the folder of the shared style sheet; serve it as `look/`."""
    return Path(__file__).parent / "static"


def font_dir() -> Path:
    """Return the folder of the font files; serve it as `look/fonts/`."""
    import fontpkg_be_vietnam_pro  # noqa: PLC0415 - only pages need the font package

    return Path(fontpkg_be_vietnam_pro.ROOT) / "files"
