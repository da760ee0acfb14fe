"""What the status page shows, and from where."""

from collections.abc import Callable
from dataclasses import dataclass

from bluezone.phone.contact_log import ContactLog
from bluezone.phone.fetch import FetchState
from bluezone.phone.key_store import KeyStore
from bluezone.phone.share import Share
from bluezone.phone.status.monitor import NodeState
from bluezone.phone.warning import HOTLINE
from bluezone.phone.watch import ExposureStore, Watch


@dataclass(frozen=True, slots=True)
class StatusSources:
    """The phone's parts; those that are None are shown as not set up.

    Attributes:
        contact_log: for counts by day.
        key_store: for the number of own keys.
        exposures: what the owner was told.
        fetched: the last look for files; None without a key server.
        watch: gives the judgement; None without a key server.
        share: None without servers to share with.
        node: what the radio does; None where no node runs in this program.
        hotline: telephone number of the warning text.
    """

    contact_log: ContactLog
    key_store: KeyStore
    exposures: ExposureStore | None = None
    fetched: FetchState | None = None
    watch: Watch | None = None
    share: Share | None = None
    node: Callable[[], NodeState] | None = None
    hotline: str = HOTLINE
