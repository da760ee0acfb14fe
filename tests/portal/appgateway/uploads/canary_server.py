"""The portal as `bluezone serve` runs it, with a phone, a bundle for it, and faults on demand.

Run as a script with a port and a token; its first line on stdout has the phone's `FindGUID` and
a help code of somebody who agreed to share a whole history, so that histories are held. A token
or a chunk with one of the words below makes a handler or the parser fail, with the most telling
exception that anybody could write.
"""

# ruff: noqa: E402 - Django is set up before its models are imported

import asyncio
import json
import sys
import time

import django

django.setup()

from django.core.management import call_command

from bluezone.cli.serve import command
from bluezone.portal import chance, clock
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.appgateway.consent.issuing import issue_help_code
from bluezone.portal.appgateway.consent.models import Mode
from bluezone.portal.appgateway.http import Request
from bluezone.portal.appgateway.phones import registry
from bluezone.portal.appgateway.phones.tokens import PhoneId
from bluezone.portal.appgateway.pushes import services
from bluezone.portal.appgateway.pushes.find_guid import find_guid_for, find_guid_key
from bluezone.portal.appgateway.uploads import contact_handlers
from bluezone.portal.appgateway.uploads.multipart import MultipartParser
from bluezone.portal.cases.services import CaseRequest, open_case
from bluezone.protocol.bluezone.day_key import DayKey
from bluezone.protocol.bluezone.fresh import f0_entry_for_day

HANDLER_FAULT = "fault-in-the-handler"
PARSER_FAULT = b"fault-in-the-parser"

_phone_of = contact_handlers.phone_of
_feed = MultipartParser.feed


async def faulty_phone_of(request: Request, token: str) -> PhoneId | None:
    if HANDLER_FAULT in token:
        raise RuntimeError(token, request)
    return await _phone_of(request, token)


def faulty_feed(parser: MultipartParser, chunk: bytes) -> None:
    _feed(parser, chunk)
    if PARSER_FAULT in chunk:
        raise ValueError(chunk)


def prepare(token: str) -> dict[str, str]:
    now = int(time.time())
    call_command("migrate", interactive=False, verbosity=0)
    phone_id = asyncio.run(registry.register(token, "android", now=now))
    entry = f0_entry_for_day(DayKey(bytes(range(32))), now - now % 86_400 - 86_400)
    bundle = services.open_round([entry], now=now).bundles.get()
    worker = create_staff("lan", "mot hai ba bon nam", display_name="BS Lan")
    request = CaseRequest("confirmed", clock.aware(now).date(), None)
    case = open_case(request, worker, now=now)
    issued = issue_help_code(case, worker, Mode.WHOLE, now=now, rng=chance.SYSTEM)
    find_guid = find_guid_for(bundle.pk, phone_id, key=find_guid_key())
    return {"find_guid": find_guid, "code": issued.digits}


if __name__ == "__main__":
    print(json.dumps(prepare(sys.argv[2])), flush=True)  # noqa: T201 - its result
    contact_handlers.phone_of = faulty_phone_of
    MultipartParser.feed = faulty_feed  # type: ignore[method-assign]
    command(["--role", "portal", "--portal-port", sys.argv[1], "--json"])
