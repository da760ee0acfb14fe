"""Does the PostgreSQL that the environment names answer? Part of `bluezone doctor`."""

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Final

from bluezone.cli.doctor_checks import Finding, State

ADDRESSES: Final = {
    "portal": "BLUEZONE_PORTAL_DATABASE_URL",
    "key server": "BLUEZONE_KEYSERVER_DATABASE_URL",
}
WAIT_S: Final = 3


def check_servers(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Try each database server that a half is told to use; SQLite files are checked elsewhere."""
    for half, name in ADDRESSES.items():
        address = environ.get(name, "")
        if address.startswith("postgresql"):
            yield check_server(half, name, address)


def check_server(half: str, name: str, address: str) -> Finding:
    """Judge one server: does it let us in, does it store every letter."""
    subject = f"{half}'s PostgreSQL"
    if find_spec("psycopg") is None:
        return Finding(State.FAILED, subject, "no driver", 'pip install "bluezone[postgres]"')
    import psycopg  # noqa: PLC0415 - only where it is used

    plain = f"postgresql{address[address.find('://') :]}"
    try:
        with psycopg.connect(plain, connect_timeout=WAIT_S) as db:
            version, encoding = db.info.server_version, db.info.parameter_status("server_encoding")
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        return Finding(State.FAILED, subject, reason, f"start it, or correct {name}")
    text = f"version {version // 10_000}.{version % 10_000} answers"
    if encoding != "UTF8":
        advice = "make the database anew with ENCODING 'UTF8'"
        return Finding(State.FAILED, subject, f"{text}, but stores {encoding}", advice)
    return Finding(State.OK, subject, text)
