"""A process that registers phones without end and prints each token once it is registered.

Somebody kills it in the middle. Run as a script, on the database that its environment names.
"""

# ruff: noqa: E402 - Django is set up before its models are imported

import asyncio
import os
import sys

import django

django.setup()

from django.core.management import call_command

from bluezone.portal.appgateway.phones import registry

NOW = 1_597_472_640
CALLERS = 32


async def caller(name: int) -> None:
    for number in range(1_000_000):
        token = f"token-{name}-{number}"
        await registry.register(token, "android", now=NOW)
        if number % 3 == 2:
            newer = f"newer-{name}-{number}"
            await registry.update(newer, token, now=NOW)
            token = newer
        sys.stdout.write(f"{token}\n")
        sys.stdout.flush()


async def main() -> None:
    await asyncio.gather(*(caller(name) for name in range(CALLERS)))


if __name__ == "__main__":
    if not os.environ["BLUEZONE_PORTAL_DATABASE_URL"]:
        call_command("migrate", interactive=False, verbosity=0)
    asyncio.run(main())
