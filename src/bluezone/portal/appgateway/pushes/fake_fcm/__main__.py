"""Serve the fake on loopback: `python -m bluezone.portal.appgateway.pushes.fake_fcm`.

Writes the service account's JSON file first, so that the portal can be pointed at it, and says
on stdout with which settings. It listens on 127.0.0.1 alone: it takes messages for real tokens
from whoever has the account's file.
"""

import asyncio
import logging
from pathlib import Path
from typing import Final

import click
from granian.constants import Interfaces
from granian.server.embed import Server

from bluezone.portal.appgateway.pushes.fake_fcm.account import new_account
from bluezone.portal.appgateway.pushes.fake_fcm.app import TOKEN_PATH, FakeFcm
from bluezone.portal.secret_files import write_private

HOST: Final = "127.0.0.1"


@click.command()
@click.option("--port", default=8085, show_default=True, help="Port on 127.0.0.1.")
@click.option("--account", required=True, help="File to write the service account to.")
def main(port: int, account: str) -> None:
    """Serve a fake of Firebase Cloud Messaging until told to stop."""
    url = f"http://{HOST}:{port}"
    made = new_account(f"{url}{TOKEN_PATH}")
    path = Path(account)
    path.unlink(missing_ok=True)
    write_private(path, made.file().encode())
    click.echo(f"BLUEZONE_PORTAL_GATEWAY_FCM_URL={url}")
    click.echo(f"BLUEZONE_PORTAL_GATEWAY_FCM_CREDENTIALS={path.absolute()}")
    asyncio.run(_serve(FakeFcm(made), port))


async def _serve(fake: FakeFcm, port: int) -> None:
    logging.getLogger("_granian").setLevel(logging.ERROR)
    server = Server(fake, address=HOST, port=port, interface=Interfaces.ASGI, log_enabled=False)
    await server.serve()


if __name__ == "__main__":
    main()
