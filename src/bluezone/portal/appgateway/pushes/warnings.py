"""The warning of a published phone: once a round, once a day at most, in both languages.

The phone says only that it found a match, so the words claim no more: a published phone decides
without distance and without duration (spec/bluezone-wire.md 5.4 and W11). They say what
happened, what it means, what to do now, and that helping is the owner's choice. Two pushes with
one `NotifyID` go out, one shown by phones in Vietnamese, one by those in English.

That a phone was warned is kept as an HMAC for 14 days, so that its repeated answers (3.4 rule 5,
and a job it tries again at every start) warn it once. The surprising part: an answer about
another round within 24 hours of a warning counts as told: the first warning says all that a
second one could.
"""

import hmac
from typing import Final

from django.db import connection, transaction

from bluezone.portal import keyring, secret_files
from bluezone.portal.appgateway.pushes import outbox
from bluezone.portal.appgateway.pushes.commands import short_news
from bluezone.portal.appgateway.pushes.notices import LANGUAGES, Notice, Words

DAY_S: Final = 86_400
KEPT_S: Final = 14 * DAY_S
QUIET_S: Final = DAY_S
USELESS_S: Final = 7 * DAY_S
"""A warning that reached nobody for a week is given up."""

VIETNAMESE: Final = Words(
    "Bạn có thể đã ở gần người nhiễm COVID-19",
    "Hãy đeo khẩu trang, hạn chế gặp người khác và gọi y tế nếu thấy mệt. Chạm để đọc thêm.",
    "Điện thoại của bạn từng bắt được tín hiệu của một người sau đó được xác nhận nhiễm COVID-19. "
    "Tín hiệu không cho biết hai người ở gần nhau đến mức nào và trong bao lâu, nên bạn chưa chắc "
    "đã bị lây. Việc nên làm ngay: đeo khẩu trang, hạn chế gặp người khác, theo dõi sức khỏe 14 "
    "ngày. Nếu sốt, ho hoặc khó thở, hãy gọi 1900 9095 hoặc trạm y tế gần bạn trước khi đến. "
    "Không ai báo tên bạn cho cán bộ y tế và lịch sử tiếp xúc của bạn không được lưu. Muốn giúp "
    "dập dịch, bạn có thể hỏi cán bộ y tế mã 6 số và tự chọn chia sẻ; không bắt buộc.",
)
ENGLISH: Final = Words(
    "You may have been near a person with COVID-19",
    "Wear a mask, meet few people and call a health worker if you feel ill. Tap to read more.",
    "Your phone once picked up the signal of a person who was later confirmed to have COVID-19. "
    "A signal does not tell how near you were or for how long, so you may well not be infected. "
    "What to do now: wear a mask, meet few people, watch your health for 14 days. If you have a "
    "fever, a cough or trouble breathing, call 1900 9095 or your health station before you go. "
    "No health worker is told about you and your contact history is not kept. If you want to help, "
    "you may ask a health worker for a 6-digit code and choose to share; you need not.",
)

_MARK: Final = """
    INSERT INTO gateway_pushes_warned (mark, expires_at) VALUES (%s, %s)
    ON CONFLICT (mark) DO NOTHING
"""
_QUIET: Final = """
    INSERT INTO gateway_pushes_quiet (mark, until) VALUES (%s, %s)
    ON CONFLICT (mark) DO UPDATE SET until = excluded.until
    WHERE gateway_pushes_quiet.until <= %s
"""


@transaction.atomic
def warn(phone_id: int, round_id: int, *, now: int) -> bool:
    """Warn a phone's owner about a round, unless that is done already.

    Args:
        phone_id: the phone whose answer came.
        round_id: the round that its `FindGUID` belongs to (`services.bundle_state`).
        now: Unix seconds.

    Returns:
        Whether a warning was put into the outbox: False if the phone has been told, about this
        round or about another one within 24 hours.
    """
    mark = _hmac(b"warned", phone_id, round_id)
    if not _changed(_MARK, [mark, now + KEPT_S]):
        return False
    if not _changed(_QUIET, [_hmac(b"quiet", phone_id), now + QUIET_S, now]):
        return False
    number = str(int.from_bytes(mark[:4], "big") % 900_000_000 + 100_000_000)
    for language in LANGUAGES:
        notice = Notice(number, VIETNAMESE, ENGLISH, language, now * 1000)
        outbox.enqueue_one(
            phone_id,
            short_news(notice),
            now=now,
            useless_at=now + USELESS_S,
            collapse=f"{number} {language}",
        )
    return True


def _changed(statement: str, values: list[bytes | int]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount == 1)


def _hmac(purpose: bytes, *numbers: int) -> bytes:
    message = purpose + b"".join(b"\n%d" % number for number in numbers)
    key = secret_files.secret(keyring.folder(), secret_files.WARNING)
    return hmac.digest(key, message, "sha256")
