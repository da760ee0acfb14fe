"""A store filled by hand, an export worker over it, and a way to kill it anywhere."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random

import obstore
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from obstore.store import MemoryStore

from bluezone.keyserver.export.loop import run_once
from bluezone.keyserver.export.series import all_series
from bluezone.keyserver.export.worker import ExportWorker, Published
from bluezone.keyserver.prepare import prepare
from bluezone.keyserver.publish.accepted import accept_day_key, accept_tek
from bluezone.keyserver.publish.store import NewPublish, insert_publishes
from bluezone.keyserver.settings import Authority, ExportSettings, KeyServerSettings
from bluezone.keyserver.store.db import Store, open_store
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.export import Export, ExportSigner, read_export, verify_export
from bluezone.protocol.scheme import Scheme

HOUR = 3600
NOON = 1_597_924_800
"""2020-08-20 12:00:00 UTC."""

MIDNIGHT = NOON - 12 * HOUR


class KilledError(Exception):
    """Stands for the process dying at this very point."""


@dataclass
class Works:
    """The worker and everything around it."""

    worker: ExportWorker
    rng: Random = field(default_factory=lambda: Random(5))

    @property
    def store(self) -> Store:
        return self.worker.store

    def publish(
        self,
        count: int,
        created_at: int,
        *,
        scheme: Scheme = Scheme.EN,
        region: str = "VN",
        traveler: bool = False,
    ) -> set[bytes]:
        """Store `count` keys of one person; return them."""
        keys = [self.rng.randbytes(16 if scheme is Scheme.EN else 32) for _ in range(count)]
        accepted = tuple(
            accept_tek(DiagnosisKey(key, 2_662_000 + n, 144, 1, n % 9 - 4, 2), created_at)
            if scheme is Scheme.EN
            else accept_day_key(
                DayKeyEntry(key, MIDNIGHT - 86400 * n, 96, 1, n % 9 - 4), created_at
            )
            for n, key in enumerate(keys)
        )
        publish = NewPublish(scheme, region, traveler, "vn.bluezone", accepted)
        (stored,) = insert_publishes(self.store.writes, [publish])
        assert not isinstance(stored, Exception)
        return set(keys)

    def run(self, now: int, **changes: object) -> list[Published]:
        return run_once(replace(self.worker, **changes), now=now)

    def killed_at(self, step: str, now: int, *, times: int = 1) -> None:
        """Run until `step` was reached the given number of times, and die there."""
        left = times

        def reached(name: str) -> None:
            nonlocal left
            left -= name == step
            if name == step and left == 0:
                raise KilledError(step)

        with pytest.raises(KilledError):
            self.run(now, reached=reached)

    def index(self, series: str) -> list[str]:
        data = obstore.get(self.worker.objects, f"{series}/index.txt").bytes()
        return bytes(data).decode("ascii").splitlines()

    def raw(self, path: str) -> bytes:
        return bytes(obstore.get(self.worker.objects, path).bytes())

    def files(self) -> list[str]:
        """Every object but the indexes."""
        rows = [row["path"] for part in obstore.list(self.worker.objects) for row in part]
        return sorted(path for path in rows if path.endswith(".zip"))

    def read(self, path: str) -> Export:
        """Return a file whose signature holds."""
        export = read_export(self.raw(path))
        verify_export(export, [self.worker.signer.key.public_key()])
        return export

    def keys(self, series: str) -> list[bytes]:
        """Every key that a phone finds through the index of a series."""
        exports = [self.read(path) for path in self.index(series)]
        return [key.key for export in exports for key in (*export.keys, *export.day_keys)]


MakeWorks = Callable[..., Works]


@pytest.fixture
def make_works(settings: KeyServerSettings) -> Iterator[MakeWorks]:
    """Return a maker of workers with files of at least five keys; changes as arguments."""
    prepare(settings, entropy=Random(1).randbytes)
    store = open_store(settings.resolved_database_url)

    def make(*, regions: tuple[str, ...] = ("VN",), **changes: object) -> Works:
        least = {"min_day_keys": changes.get("min_keys", 5)}
        least["min_day_keys_spread"] = changes.get("min_keys_spread", 3)
        export = replace(ExportSettings(min_keys=5, min_keys_spread=3), **{**least, **changes})
        authorities = [Authority(f"a.{region}", region=region) for region in regions]
        key = ec.generate_private_key(ec.SECP256R1())
        worker = ExportWorker(
            settings=export,
            series=all_series(authorities, export),
            store=store,
            objects=MemoryStore(),
            signer=ExportSigner(key, "452", "v1"),
            entropy=Random(2).randbytes,
        )
        return Works(worker)

    yield make
    store.close()


@pytest.fixture
def works(make_works: MakeWorks) -> Works:
    return make_works()
