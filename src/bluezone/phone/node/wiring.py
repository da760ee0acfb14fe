"""Put a phone together from a folder: its stores, and its look at a key server.

The decision that surprises: every store is a file of its own, so that the log of strangers
can be thrown away without touching one's own keys, and the other way round.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from bluezone.phone.contact_log import ContactLog
from bluezone.phone.fetch import Fetcher, FetchSettings, FetchState
from bluezone.phone.key_store import KeyStore, RandomBytes
from bluezone.phone.risk import Assessment, RiskConfig
from bluezone.phone.watch import ExposureStore, NodeCheck, Watch

CONTACTS: Final = "contacts.sqlite3"
KEYS: Final = "keys.sqlite3"
FETCHED: Final = "fetched.sqlite3"
EXPOSURES: Final = "exposures.sqlite3"


@dataclass(frozen=True, slots=True)
class Stores:
    """What a phone remembers, open.

    Attributes:
        contact_log: sightings of others.
        key_store: own keys.
        fetched: which published files were seen.
        exposures: published keys that were met, and what the person was told.
    """

    contact_log: ContactLog
    key_store: KeyStore
    fetched: FetchState
    exposures: ExposureStore


@contextmanager
def open_stores(folder: Path, *, rng: RandomBytes) -> Iterator[Stores]:
    """Open the stores of the phone in `folder`, made if it is not there, and close them.

    Args:
        folder: the phone's own folder; others cannot read it (mode 0700).
        rng: draws keys; `secrets.token_bytes` outside of tests.

    Raises:
        StoreError: a file cannot be opened or is something else.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as stack:
        yield Stores(
            stack.enter_context(closing(ContactLog.open(folder / CONTACTS))),
            stack.enter_context(closing(KeyStore.open(folder / KEYS, rng=rng))),
            stack.enter_context(closing(FetchState.open(folder / FETCHED))),
            stack.enter_context(closing(ExposureStore.open(folder / EXPOSURES))),
        )


def build_watch(
    stores: Stores,
    *,
    keyserver_url: str,
    public_keys: Sequence[EllipticCurvePublicKey],
    client: httpx2.Client,
    config: RiskConfig,
    on_warning: Callable[[Assessment], None],
) -> Watch:
    """Return the look at a key server; `NodeCheck(watch)` is what a node takes.

    Args:
        stores: open as long as the node runs.
        keyserver_url: e.g. `http://127.0.0.1:8080`; files are below its `/export/`.
        public_keys: of the signatures to trust.
        client: gives time limits and proxies.
        config: policy and constants of the risk model.
        on_warning: called, from another thread, when the person must be told.
    """
    settings = FetchSettings(f"{keyserver_url.rstrip('/')}/export", tuple(public_keys))
    fetcher = Fetcher(settings, client=client, state=stores.fetched)
    return Watch(
        fetcher=fetcher,
        contact_log=stores.contact_log,
        exposures=stores.exposures,
        config=config,
        on_warning=on_warning,
    )


def build_check(
    stores: Stores,
    *,
    keyserver_url: str,
    public_keys: Sequence[EllipticCurvePublicKey],
    client: httpx2.Client,
    config: RiskConfig,
    on_warning: Callable[[Assessment], None],
) -> NodeCheck:
    """Return the look at a key server as a node takes it; the arguments are `build_watch`'s."""
    return NodeCheck(
        build_watch(
            stores,
            keyserver_url=keyserver_url,
            public_keys=public_keys,
            client=client,
            config=config,
            on_warning=on_warning,
        )
    )
