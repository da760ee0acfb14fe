"""The public site of the demo: the order as an announcement in our own words, and one poster."""

import datetime as dt
from random import Random
from typing import Final

from bluezone.portal.audit.services import SYSTEM
from bluezone.portal.campaign.demo.people import instant
from bluezone.portal.site.announcements import Text, publish, write
from bluezone.portal.site.posters import PosterRequest, create_poster
from bluezone.portal.units.models import Unit

_MINUTES_S: Final = 24 * 60
"""The article came out at 13:24."""
_ORDER: Final = Text(
    language="vi",
    title="Hải Dương: hơn 310.000 người cài đặt Bluezone",
    body=(
        "Đến ngày 20/8/2020, tỉnh phấn đấu 60 % người dùng điện thoại thông minh cài đặt Bluezone, "
        "hoặc ít nhất xếp thứ 10/63 về số người cài đặt.\n\n"
        "Mọi cán bộ có điện thoại thông minh cài đặt và hướng dẫn người thân. Tổ công tác ở các "
        "thôn, khu dân cư đi từng ngõ, gõ từng nhà, rà từng trường hợp, và giữ đúng quy định "
        "phòng dịch của ngành Y tế."
    ),
    source="Tóm tắt tin của cổng tin tức thành phố, 15/08/2020 13:24",
)


def make_notices(province: Unit, day: dt.date) -> None:
    """Publish the order at 13:24 of its day and register a poster, hung up on the day before."""
    now = instant(day, 13) + _MINUTES_S
    publish(write(province, _ORDER, actor=SYSTEM, now=now), actor=SYSTEM, now=now)
    poster = PosterRequest("wall", "vi", "Chợ mẫu, cổng chính", dt.date(day.year, 12, 31))
    before = instant(day - dt.timedelta(days=1), 9)
    create_poster(province, poster, actor=SYSTEM, now=before, rng=Random(before))  # noqa: S311 - a poster of the demo
