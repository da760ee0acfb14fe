"""HTML for the published app: made from plain text here, so that nothing else can be in it.

Source: spec/bluezone-wire.md 3.2 and W26: the app shows the HTML of news and answers as it
comes, with scripts. The only elements are `p`, `br`, `strong` and `a`; the only attribute is
`href`, and it leads to our own public address. Other addresses stay text that cannot be touched.
"""

from html import escape

from bluezone.portal.site.plain_text import Piece, paragraphs


def to_html(text: str, *, public_url: str) -> str:
    """Return paragraphs of plain text as HTML.

    Args:
        text: an empty line starts a paragraph; nothing in it is markup.
        public_url: our own public address; only links to it are links.
    """
    return "".join(
        f"<p>{'<br>'.join(_line(line, public_url) for line in paragraph)}</p>"
        for paragraph in paragraphs(text)
    )


def heading(text: str) -> str:
    """Return a line of plain text in bold."""
    return f"<p><strong>{escape(text)}</strong></p>"


def link(address: str, text: str) -> str:
    """Return a paragraph that is a link to an address of ours."""
    return f'<p><a href="{escape(address)}">{escape(text)}</a></p>'


def _line(line: list[Piece], public_url: str) -> str:
    return "".join(_piece(piece, public_url) for piece in line)


def _piece(piece: Piece, public_url: str) -> str:
    if piece.url.startswith(f"{public_url}/"):
        return f'<a href="{escape(piece.url)}">{escape(piece.text)}</a>'
    return escape(piece.text)
