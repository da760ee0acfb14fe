"""First start and every update: folder, tables, keys. Running it twice changes nothing."""

from bluezone.keyserver.publish.reply import Entropy
from bluezone.keyserver.publish.revision_token import create_sealing_key
from bluezone.keyserver.settings import KeyServerSettings
from bluezone.keyserver.signing_key import create_signing_key
from bluezone.keyserver.store.db import open_store
from bluezone.keyserver.store.migrate import check_tables, upgrade


def prepare_embedded(settings: KeyServerSettings, *, entropy: Entropy) -> None:
    """Do `prepare` for SQLite; a database server is migrated by its operator, on purpose.

    Raises:
        StoreUnavailableError: that server does not answer.
        SettingsError: its address is wrong, or nobody has run `bluezone migrate`.
    """
    store = open_store(settings.resolved_database_url)
    try:
        if store.writes.dialect.name == "sqlite":
            prepare(settings, entropy=entropy)
        else:
            check_tables(store)
    finally:
        store.close()


def prepare(settings: KeyServerSettings, *, entropy: Entropy) -> None:
    """Create or update everything that the key server needs to start.

    Args:
        settings: where it lives.
        entropy: source of the sealing key; the signing key comes from the cryptography
            library's own generator.
    """
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    create_sealing_key(settings.sealing_key_path, entropy)
    create_signing_key(settings)
    store = open_store(settings.resolved_database_url)
    try:
        upgrade(store)
    finally:
        store.close()
