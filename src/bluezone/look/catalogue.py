"""Collect, compile and check the translation catalogues.

`python -m bluezone.look.catalogue update` extracts every text, merges it into the
catalogues and compiles them; `check` exits 1 when a text is missing, untranslated,
fuzzy or not compiled. Compiled catalogues are committed, because a visitor's machine has
no gettext. English is the source: only the Vietnamese catalogues exist.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE: Final = Path(__file__).parents[1]
LANGUAGE: Final = "vi"
DOMAINS: Final = {"portal": "django", "phone": "messages", "demo": "messages"}
KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "N_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_PLACEHOLDER: Final = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def _python_view(path: Path, domain: str) -> tuple[str, bytes]:
    """Return the extraction method of a file and the bytes to extract from."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return "python", source.encode()
    if domain == "django":
        from django.utils.translation.template import templatize  # noqa: PLC0415 - portal only

        # Indentation means something to Python, and nothing to a page.
        lines = templatize(source).splitlines()
        return "python", "\n".join(line.lstrip() for line in lines).encode()
    return "jinja2", source.encode()


def _texts(package: str, domain: str) -> Iterator[tuple[str, int, object, str | None]]:
    """Yield (file, line, message, context) of every text of a package."""
    root = SOURCE / package
    for path in sorted(root.rglob("*")):
        if path.suffix not in {".py", ".html", ".txt"} or "migrations" in path.parts:
            continue
        method, source = _python_view(path, domain)
        options = {"encoding": "utf-8"}
        found = extract(method, io.BytesIO(source), keywords=KEYWORDS, options=options)
        for line, message, _comments, context in found:
            if message:
                yield str(path.relative_to(SOURCE.parent)), line, message, context


def collect(package: str) -> Catalog:
    """Return the template catalogue of a package: every text, nothing translated."""
    template = Catalog(project="bluezone", charset="utf-8", fuzzy=False)
    for file, _line, message, context in _texts(package, DOMAINS[package]):
        # Line numbers would change the catalogue with every edit; the file is enough.
        template.add(message, locations=[(file, 0)], context=context)  # type: ignore[arg-type]
    return template


def _files(package: str) -> tuple[Path, Path]:
    folder = SOURCE / package / "locale" / LANGUAGE / "LC_MESSAGES"
    return folder / f"{DOMAINS[package]}.po", folder / f"{DOMAINS[package]}.mo"


def _read(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale=LANGUAGE, project="bluezone", charset="utf-8", fuzzy=False)
    with path.open("rb") as stream:
        return read_po(stream, locale=LANGUAGE)


def _compiled(catalogue: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def update(package: str) -> None:
    """Merge new texts into a package's catalogue, drop old ones, compile it."""
    po, mo = _files(package)
    catalogue = _read(po)
    created = catalogue.creation_date
    catalogue.update(collect(package), no_fuzzy_matching=True)
    catalogue.creation_date = created  # so that a catalogue without news stays as it is
    catalogue.obsolete.clear()
    po.parent.mkdir(parents=True, exist_ok=True)
    with po.open("wb") as stream:
        write_po(stream, catalogue, width=100, sort_output=True, include_lineno=False)
    mo.write_bytes(_compiled(catalogue))


def _same_placeholders(source: object, target: object) -> bool:
    sources = source if isinstance(source, (list, tuple)) else (source,)
    targets = target if isinstance(target, (list, tuple)) else (target,)
    wanted = {tag for text in sources for tag in _PLACEHOLDER.findall(str(text))}
    return all(set(_PLACEHOLDER.findall(str(text))) <= wanted for text in targets)


def problems(package: str) -> list[str]:
    """Return what is wrong with a package's catalogue, one sentence each; empty if nothing."""
    po, mo = _files(package)
    texts, catalogue, found = collect(package), _read(po), []
    for message in texts:
        if not message.id:
            continue
        known = catalogue.get(message.id, message.context)
        if known is None or not known.string or not all(known.string):
            found.append(f"{po.name} of {package}: not translated: {message.id!r}")
        elif known.fuzzy:
            found.append(f"{po.name} of {package}: marked fuzzy: {message.id!r}")
        elif not _same_placeholders(message.id, known.string):
            found.append(f"{po.name} of {package}: other placeholders: {message.id!r}")
    if po.exists() and (not mo.exists() or mo.read_bytes() != _compiled(catalogue)):
        found.append(f"{mo.name} of {package}: not compiled from its .po; run `make messages`")
    return found


def main(arguments: list[str]) -> int:
    """Run `update` or `check` over every package that has texts; return the exit status."""
    if arguments not in (["update"], ["check"]):
        sys.stderr.write("usage: python -m bluezone.look.catalogue update|check\n")
        return 2
    packages = [name for name in DOMAINS if len(list(collect(name))) > 1]
    if arguments == ["update"]:
        for package in packages:
            update(package)
    found = [problem for package in packages for problem in problems(package)]
    sys.stderr.writelines(f"{problem}\n" for problem in found)
    return 1 if found and arguments == ["check"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
