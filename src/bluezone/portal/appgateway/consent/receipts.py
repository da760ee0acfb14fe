"""Receipts: a secret address that shows what was kept, and takes it back.

The address goes to the phone that helped, by a push in both languages, and to nobody else; the
tables hold HMACs of its secret, one for the keys and another for the shared contacts, so that
not even a receipt ties the two together for whoever reads tables. Whoever has the address may
withdraw: a published phone has nothing better to show.
"""

import base64
from random import Random
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from bluezone.portal import keyring, secret_files
from bluezone.portal.appgateway.pushes import commands, outbox
from bluezone.portal.appgateway.pushes.commands import Notice, Words

SECRET_BYTES: Final = 20
SECRET_CHARACTERS: Final = 32
"""160 bits in base32: nobody meets one by trying."""


def new_secret(rng: Random) -> str:
    """Return a secret: 32 characters of [a-z2-7]."""
    return base64.b32encode(rng.randbytes(SECRET_BYTES)).decode().lower()


def upload_hmac(secret: str) -> str:
    """Return what finds the keys of a receipt."""
    return keyring.fingerprint(secret_files.TOKEN, f"help receipt of keys\n{secret}")


def history_hmac(secret: str) -> str:
    """Return what finds the shared contacts of a receipt."""
    return keyring.fingerprint(secret_files.TOKEN, f"help receipt of contacts\n{secret}")


def push_word(secret: str) -> str:
    """Return what finds the push that carries a receipt, while it waits."""
    word = keyring.fingerprint(secret_files.TOKEN, f"help receipt in a push\n{secret}")
    return f"help {word[:48]}"


def link_of(secret: str) -> str:
    """Return the address of a receipt, as published phones take it (https only)."""
    host = urlsplit(str(settings.BLUEZONE_PUBLIC_URL)).netloc
    return f"https://{host}{reverse('help-receipt', args=[secret])}"


def send(secret: str, phone_id: int, *, now: int, useless_at: int) -> None:
    """Put the receipt into the outbox, inside the caller's transaction, in both languages.

    A phone shows the one in its own language and keeps a single entry of both.
    """
    notice_id = push_word(secret).removeprefix("help ")[:32]
    words = {language: _words(language) for language in ("vi", "en")}
    for language in words:
        notice = Notice(notice_id, words["vi"], words["en"], language=language, at_ms=now * 1000)
        outbox.enqueue_one(
            phone_id,
            commands.link_news(notice, link_of(secret)),
            now=now,
            useless_at=useless_at,
            collapse=f"{push_word(secret)} {language}",
        )


def _words(language: str) -> Words:
    with translation.override(language):
        return Words(
            gettext("Thank you for helping"),
            gettext("Your receipt: what was kept, until when, and how to withdraw it."),
            gettext(
                "Your help has arrived. Open this message to see what was kept, until when, "
                "and how to withdraw it. Then install the app again: it gets new codes, and "
                "nobody can recognise your phone by the old ones."
            ),
        )
