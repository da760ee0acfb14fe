"""Would published phones get the operator's file? Part of `bluezone doctor`."""

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Final

from bluezone.cli.doctor_checks import Finding, State

VARIABLE: Final = "BLUEZONE_PORTAL_GATEWAY_FILES"
_SUBJECT: Final = "files for published phones"


def check_app_files(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Judge the file that the app gateway is told to use; say nothing where there is none."""
    if not environ.get(VARIABLE, ""):
        return
    if find_spec("django") is None:
        advice = 'pip install "bluezone[portal]" if the portal runs on this machine'
        yield Finding(State.NOTE, _SUBJECT, "not checked: the portal is not installed", advice)
        return
    from bluezone.portal.appgateway.files import documents  # noqa: PLC0415 - only where it is used
    from bluezone.portal.appgateway.files.errors import AppFilesError  # noqa: PLC0415 - the same
    from bluezone.portal.appgateway.files.sources import Sources  # noqa: PLC0415 - the same

    prefix = "BLUEZONE_PORTAL_"
    sources = Sources(
        environ[VARIABLE],
        environ.get(f"{prefix}PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
        store_android=environ.get(f"{prefix}STORE_ANDROID_URL", ""),
        store_ios=environ.get(f"{prefix}STORE_IOS_URL", ""),
    )
    try:
        documents.build(sources)
    except AppFilesError as error:
        advice = f"correct the file that {VARIABLE} names, or take the variable away"
        yield Finding(State.FAILED, _SUBJECT, f"{error} ({error.code})", advice)
    else:
        yield Finding(State.OK, _SUBJECT, "version, settings, texts and answers can be sent")
