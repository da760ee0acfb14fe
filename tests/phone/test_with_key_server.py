"""Two phones and a real key server: one shares, the other finds out and is warned."""

import base64
import json
import secrets
from random import Random

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.testclient import TestClient

from bluezone.keyserver.app import create_app
from bluezone.keyserver.export.loop import open_worker, run_once
from bluezone.keyserver.settings import KeyServerSettings
from bluezone.keyserver.store.db import open_store
from bluezone.phone.contact_log import ContactLog
from bluezone.phone.fetch import Fetcher, FetchSettings, FetchState
from bluezone.phone.key_store import KeyStore
from bluezone.phone.risk import RiskConfig, RiskLevel
from bluezone.phone.share import Share, ShareJournal, ShareSettings
from bluezone.phone.sighting import Scheme, Sighting
from bluezone.phone.watch import ExposureStore, Watch
from bluezone.protocol.certificate import CertificateClaims, issue_certificate, write_jwks

NOON = 1_597_924_800  # 2020-08-20 12:00:00 UTC
DAY_S = 86_400
DESK = ec.derive_private_key(452, ec.SECP256R1())


class Clock:
    now = NOON

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def settings(tmp_path):
    return KeyServerSettings(home=tmp_path / "keyserver")


@pytest.fixture
def web(settings, clock):
    """A client for both halves: the key server itself, and a portal that says yes."""

    async def desk_keys(_: str) -> bytes:
        return write_jwks({"desk-1": DESK.public_key()}).encode()

    def portal(request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        if request.url.path == "/api/verify":
            answer = {"testtype": "confirmed", "symptomDate": "2020-08-18", "token": "t"}
            return httpx2.Response(200, json=answer)
        macs = [base64.b64decode(body[name]) for name in ("ekeyhmac", "daykeyhmac")]
        certificate = issue_certificate(
            CertificateClaims("confirmed", None, *macs),
            key=DESK,
            kid="desk-1",
            iss="vn.bluezone.portal",
            aud="vn.bluezone.keyserver",
            now=clock.now,
            ttl_s=900,
        )
        return httpx2.Response(200, json={"certificate": certificate})

    app = create_app(settings, clock=clock, entropy=Random(1).randbytes, load_keys=desk_keys)
    with TestClient(app) as keyserver:
        mounts = {
            "http://keys.test": keyserver._transport,
            "http://portal.test": httpx2.MockTransport(portal),
        }
        yield httpx2.Client(mounts=mounts)


@pytest.fixture
def ill(tmp_path):
    with KeyStore.open(tmp_path / "ill" / "keys.sqlite3", rng=secrets.token_bytes) as keys:
        yield keys


@pytest.fixture
def sharing(tmp_path, web, ill):
    share = Share(
        ShareSettings("http://portal.test", "device", "http://keys.test"),
        web,
        ill,
        ShareJournal.open(tmp_path / "ill" / "share.sqlite3"),
        tmp_path / "ill" / "receipts",
        secrets.token_bytes,
    )
    yield share
    share.journal.close()


def meet(log: ContactLog, ill: KeyStore, start_s: int) -> None:
    """Spend 45 minutes a metre from the ill person, in both schemes."""
    for scan_s in range(start_s, start_s + 2700, 300):
        for time_s in range(scan_s, scan_s + 30, 6):
            rpi, aem = ill.en_broadcast(time_s, -10, 3)
            log.record(Sighting(Scheme.EN, rpi, time_s, -60, aem, scan_s - 260))
            heard = ill.bluezone_id_at(time_s)
            log.record(Sighting(Scheme.BLUEZONE, heard, time_s, -60, b"", scan_s - 260))


def watching(tmp_path, web, log, settings):
    store = open_store(settings.resolved_database_url)
    worker = open_worker(settings, store, entropy=Random(2).randbytes)
    fetcher = Fetcher(
        FetchSettings("http://keys.test/export", (worker.signer.key.public_key(),)),
        client=web,
        state=FetchState.open(tmp_path / "well" / "fetched.sqlite3"),
    )
    exposures = ExposureStore.open(tmp_path / "well" / "exposures.sqlite3")
    watch = Watch(fetcher=fetcher, contact_log=log, exposures=exposures, config=RiskConfig())
    return watch, worker, store


def test_what_one_phone_shares_warns_the_other_and_only_after_the_keys_are_dead(
    tmp_path, web, ill, sharing, settings, clock
):
    with ContactLog.open(tmp_path / "well" / "contacts.sqlite3") as log:
        meet(log, ill, NOON - DAY_S)
        meet(log, ill, NOON - 3600)
        preview = sharing.preview("12345678", clock.now)
        receipt = sharing.upload(preview.confirm(preview.confirmation), clock.now)
        assert (receipt.en_saved, receipt.bluezone_saved) == (2, 2)
        watch, worker, store = watching(tmp_path, web, log, settings)
        assert watch.check(clock.now).matched == 0  # nothing is published yet
        clock.now += DAY_S + 4 * 3600
        assert run_once(worker, now=clock.now)
        report = watch.check(clock.now)
        assert report.matched == 4
        assert report.fetched.refused == ()
        assert report.assessment.level is RiskLevel.HIGH
        assert report.assessment.most_recent_day.isoformat() == "2020-08-20"
        assert not watch.check(clock.now + 60).is_new
        store.close()


def test_a_second_upload_of_the_same_confirmation_is_accepted_by_the_key_server(
    sharing, ill, clock
):
    ill.advertised(NOON, tx_power_dbm=0, confidence=0)
    preview = sharing.preview("12345678", clock.now)
    confirmation = preview.confirm(preview.confirmation)
    send = sharing.client.stream
    lost = []

    def lose_the_first_answer(method, url, **options):
        if url.endswith("/v1/publish") and not lost:
            lost.append(url)
            with send(method, url, **options) as answer:
                answer.read()
            raise httpx2.ReadTimeout("lost")
        return send(method, url, **options)

    sharing.client.stream = lose_the_first_answer
    with pytest.raises(Exception, match="cannot be reached"):
        sharing.upload(confirmation, clock.now)
    receipt = sharing.upload(confirmation, clock.now + 60)
    assert (receipt.en_sent, receipt.bluezone_sent) == (1, 1)


def test_two_shares_of_one_day_are_both_taken(sharing, ill, clock):
    for later_s in (0, 7200):
        clock.now = NOON + later_s
        ill.advertised(clock.now, tx_power_dbm=0, confidence=0)
        preview = sharing.preview("12345678", clock.now)
        receipt = sharing.upload(preview.confirm(preview.confirmation), clock.now)
        assert (receipt.en_saved, receipt.bluezone_saved) == (1, 1)
