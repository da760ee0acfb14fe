"""Run as a program against a portal's own files: units, agencies, slips; prints JSON.

`scene.py build` makes a province with agencies and people; `scene.py race` lets eight threads
at once use one slip and one voucher.
"""

import base64
import datetime as dt
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - after the set-up
from django.db import connection  # noqa: E402

from bluezone.portal.accounts.memberships import create_member  # noqa: E402
from bluezone.portal.accounts.services import create_staff  # noqa: E402
from bluezone.portal.campaign.agencies.errors import VoucherError  # noqa: E402
from bluezone.portal.campaign.agencies.models import DailyCount, Pool, Slip  # noqa: E402
from bluezone.portal.campaign.agencies.pools import print_slips, public_numbers  # noqa: E402
from bluezone.portal.campaign.agencies.redeeming import (  # noqa: E402
    redeem,
    redeem_slip,
    sign_blinded,
)
from bluezone.portal.campaign.agencies.services import (  # noqa: E402
    AgencyRequest,
    ReportRequest,
    add_report,
    appoint_head,
    create_agency,
)
from bluezone.portal.units.models import Edition, Level, Unit  # noqa: E402
from bluezone.protocol import voucher  # noqa: E402

PASSWORD = "mot hai ba bon nam"
YESTERDAY = (dt.datetime.now(tz=dt.UTC) - dt.timedelta(days=2)).date()
THREADS = 8


def province() -> Unit:
    first = dt.date(2004, 1, 1)
    Edition.objects.create(id="vn2020", country="vn", name="2020", valid_from=first)
    rows = [("vn2020", None, Level.NATION, "Việt Nam")]
    rows += [("vn2020.30", "vn2020", Level.PROVINCE, "Tỉnh Hải Dương")]
    for path, parent, level, name in rows:
        names = {"name": name, "full_name": name, "search_name": name, "search_full": name}
        Unit.objects.create(
            path=path,
            edition_id="vn2020",
            parent_id=parent,
            level=level,
            code=path[-2:],
            initials="hd",
            **names,
        )
    return Unit.objects.get(path="vn2020.30")


def build() -> dict[str, object]:
    unit, now = province(), int(time.time())
    for name, role in (("oanh", "campaign_officer"), ("hung", "agency_head")):
        create_member(create_staff(name, PASSWORD, "", display_name=name.title()), unit, role)
    rows = [
        ("Sở Y tế", "department", "vouchers", 52, 40, 34),
        ("Sở Giáo dục và Đào tạo", "department", "report", 86, 71, 71),
        ("Hội Liên hiệp Phụ nữ tỉnh", "mass_organisation", "report", 24, 19, 7),
        ("Trung tâm Lưu trữ lịch sử", "agency", "report", 4, 3, 2),
        ("Sở Tài chính", "department", "report", 60, 50, None),
    ]
    for name, kind, way, staff, smartphones, installed in rows:
        request = AgencyRequest(name, kind, way, staff, smartphones)
        made = create_agency(request, unit, "oanh", now=now, from_day=YESTERDAY)
        if way == "report" and installed is not None:
            add_report(made, ReportRequest(YESTERDAY, installed, 12), "oanh", now=now)
        if way == "vouchers":
            first, installed_then = made, installed
    appoint_head(first, "hung", "oanh")
    sheet = print_slips(first, "staff", 37, "hung", rng=Random(1))
    for code in sheet.codes[:installed_then]:
        redeem_slip(code, now=now - 2 * 86_400)
    return {"agency": first.pk, "links": sheet.links[installed_then:], "used": sheet.links[0][1]}


def race() -> dict[str, object]:
    build()
    agency = Pool.objects.get().agency
    code, other = print_slips(agency, "staff", 3, "hung", rng=Random(2)).codes[:2]
    barrier = Barrier(THREADS)

    def at_once(work: Callable[[int], object]) -> dict[str, int]:
        def one(number: int) -> str:
            barrier.wait()
            try:
                work(number)
            except VoucherError as error:
                return error.code
            else:
                return "done"
            finally:
                connection.close()

        with ThreadPoolExecutor(THREADS) as pool:
            return dict(Counter(pool.map(one, range(THREADS))))

    signed = at_once(lambda n: sign_blinded(code, (n + 2).to_bytes(256, "big"), rng=Random(n)))
    pool, rng = Pool.objects.get(), Random(3)
    public = public_numbers(pool).public_key()
    prepared = voucher.prepare(rng.randbytes(32), rng.randbytes(32))
    blinded = voucher.blind(public, prepared, salt=rng.randbytes(48), factor=rng.getrandbits(2000))
    answer = sign_blinded(other, blinded.message, rng=rng)
    opened = voucher.finalize(public, prepared, answer, inverse=blinded.inverse)
    redeemed = at_once(lambda _n: redeem(pool.kid, prepared, opened, now=int(time.time())))
    pool.refresh_from_db()
    return {
        "signed": signed,
        "redeemed": redeemed,
        "exchanged": [pool.exchanged, Slip.objects.filter(state="exchanged").count()],
        "counted": [pool.redeemed, sum(DailyCount.objects.values_list("count", flat=True))],
        "voucher": base64.b64encode(prepared).decode(),
    }


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    sys.stdout.write(json.dumps({"build": build, "race": race}[sys.argv[1]]()))
