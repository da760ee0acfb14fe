"""Uploads that nobody here wants: GetInfo, its `_NoFile` twin, SaveFile.

Source: spec/bluezone-wire.md 3.1 (retries), 3.2, 4.3. Phones send GetInfo when a push told them
to, without a match and without asking anybody; no push of ours does. Logs are not wanted either.
The surprising part: the answer is success, whoever sends, whatever the selector says. A phone
that hears anything else repeats the same history four times and adds its log: success is the
answer that makes it send least.
"""

from collections.abc import Mapping
from typing import Final

from bluezone.portal.appgateway.envelope import ok
from bluezone.portal.appgateway.http import Answer, Handler, Request
from bluezone.portal.appgateway.uploads.receiving import drop_body


async def drop_upload(request: Request) -> Answer:
    """Drop the whole body, whatever it is, and say that it went well.

    Raises:
        BadBodyError: too large, too slow or cut off.
    """
    await drop_body(request)
    return ok({})


HANDLERS: Final[Mapping[tuple[str, str], Handler]] = {
    ("POST", "/api/AppHistoryContact/ReportHistory_GetInfo"): drop_upload,
    ("POST", "/api/AppHistoryContact/ReportHistory_GetInfo_NoFile"): drop_upload,
    ("POST", "/api/AppLog/SaveFile"): drop_upload,
}
