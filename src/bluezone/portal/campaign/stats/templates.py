"""The sentences of the statistics by id and language; `words` fills them in.

Voice: first what is seen, then what it may mean, then what to ask. Never "cheating": that
word belongs to the inspector, after the visit.
"""

from collections.abc import Mapping
from typing import Final

TEMPLATES: Final[Mapping[str, Mapping[str, str]]] = {
    "forecast.reached": {
        "vi": "Đã đạt {target:n} (theo số ngày {likely:d}).",
        "en": "{target:n} is reached (by the figure of {likely:d}).",
    },
    "forecast.late": {
        "vi": "Đã đạt {target:n} vào {likely:d}, nhưng sau hạn {by:d}.",
        "en": "{target:n} was reached on {likely:d}, but after its day, {by:d}.",
    },
    "forecast.missed": {
        "vi": "Hạn {by:d} đã qua: mới có {value:n} trên {target:n}; với đà này chưa đạt trước "
        "{last_day:d}.",
        "en": "Its day, {by:d}, has passed with {value:n} of {target:n}; at this pace it is not "
        "reached before {last_day:d}.",
    },
    "forecast.missed_not_before": {
        "vi": "Hạn {by:d} đã qua: mới có {value:n} trên {target:n}; có thể đạt sau đó, nhưng "
        "không trước {first:d}.",
        "en": "Its day, {by:d}, has passed with {value:n} of {target:n}; it may be reached later, "
        "not before {first:d}.",
    },
    "forecast.no_figure": {
        "vi": "Chưa thể dự báo: chưa có số báo cáo nào.",
        "en": "Cannot tell yet: nothing has been reported.",
    },
    "forecast.one_figure": {
        "vi": "Chưa thể dự báo: mới có một số báo cáo ({value:n}), chưa thấy được mức tăng. Cần "
        "thêm ít nhất một ngày.",
        "en": "Cannot tell yet: with one figure ({value:n}) no growth can be seen. At least one "
        "more day is needed.",
    },
    "forecast.falling": {
        "vi": "Chưa thể dự báo: các số gần đây giảm dần, nay còn {value:n} trên {target:n}. Hãy "
        "kiểm tra các lần đính chính trước.",
        "en": "Cannot tell yet: the last figures fall, now {value:n} of {target:n}. See the "
        "corrections first.",
    },
    "forecast.expected": {
        "vi": "Dự kiến đạt {target:n} vào {likely:d}; 8 trên 10 khả năng trong khoảng "
        "{first:d} đến {latest:d}.",
        "en": "{target:n} is expected on {likely:d}; 8 times in 10 between {first:d} "
        "and {latest:d}.",
    },
    "forecast.expected_open": {
        "vi": "Dự kiến đạt {target:n} vào {likely:d}, sớm nhất {first:d}; cũng có thể sau "
        "{last_day:d}.",
        "en": "{target:n} is expected on {likely:d}, {first:d} at the earliest; it may also be "
        "after {last_day:d}.",
    },
    "forecast.uncertain": {
        "vi": "Chưa thể nói có đạt {target:n} trước {last_day:d} hay không: khả năng {chance:p}. "
        "Mức trần ước khoảng {middle:n} (từ {low:n} đến {high:n}).",
        "en": "It cannot be said whether {target:n} is reached by {last_day:d}: the chance is "
        "{chance:p}. The ceiling is about {middle:n} ({low:n} to {high:n}).",
    },
    "forecast.uncertain_not_before": {
        "vi": "Chưa thể nói có đạt {target:n} trước {last_day:d} hay không: khả năng {chance:p}, "
        "và không trước {first:d}. Mức trần ước khoảng {middle:n} (từ {low:n} đến {high:n}).",
        "en": "Cannot tell yet whether {target:n} is reached by {last_day:d}: the chance is "
        "{chance:p}, and not before {first:d}. The ceiling is about {middle:n} ({low:n} to "
        "{high:n}).",
    },
    "forecast.not_reached": {
        "vi": "Với đà này không đạt {target:n} trước {last_day:d}: mức trần ước khoảng "
        "{middle:n} (từ {low:n} đến {high:n}).",
        "en": "At this pace {target:n} is not reached by {last_day:d}: the ceiling is about "
        "{middle:n} ({low:n} to {high:n}).",
    },
    "forecast.above_phones": {
        "vi": "Không thể đạt {target:n}: địa bàn ước chỉ có {phones:n} điện thoại thông minh.",
        "en": "{target:n} cannot be reached: the unit has about {phones:n} smartphones.",
    },
    "forecast.no_target": {
        "vi": "Không có chỉ tiêu để dự báo ngày đạt.",
        "en": "There is no target to forecast a date for.",
    },
    "effort.reachable": {
        "vi": "Cần thêm {needed:n} máy trong {days:n} ngày, tức {per_day:n} máy mỗi ngày; "
        "còn {winnable:n} máy có thể vận động.",
        "en": "{needed:n} more installs in {days:n} days are needed, {per_day:n} a day; "
        "{winnable:n} phones can still be won.",
    },
    "effort.already_there": {
        "vi": "Đã đạt chỉ tiêu, không cần thêm máy nào.",
        "en": "The target is reached, no more installs are needed.",
    },
    "effort.no_days": {
        "vi": "Hết ngày: còn thiếu {needed:n} máy.",
        "en": "No days are left: {needed:n} installs are missing.",
    },
    "effort.too_few_phones": {
        "vi": "Cần thêm {needed:n} máy nhưng chỉ còn {winnable:n} máy có thể vận động (chưa "
        "cài, không từ chối): thiếu {short:n}.",
        "en": "{needed:n} more installs are needed, but only {winnable:n} phones can still be "
        "won (not installed, not refused): {short:n} short.",
    },
    "effort.too_few_hands": {
        "vi": "Cần thêm {needed:n} máy nhưng các tổ chỉ vận động được {possible:n} máy trong "
        "{days:n} ngày: thiếu {short:n}. Hãy thêm người hoặc thêm ngày.",
        "en": "{needed:n} more installs are needed, but the teams can win {possible:n} in "
        "{days:n} days: {short:n} short. Add people or days.",
    },
    "suspicion.jump": {
        "vi": "Ngày {day:d} báo cáo {value:n}, tăng {rise:n} so với lần trước; theo đà của chính "
        "nơi này và các đơn vị cùng cấp thì khoảng {expected:n}. Hãy hỏi: hôm đó đếm gì thêm, "
        "và xem minh chứng.",
        "en": "On {day:d} {value:n} was reported, {rise:n} more than before; at the pace of this "
        "unit and its siblings about {expected:n} would be usual. Ask what else was counted "
        "that day, and see the evidence.",
    },
    "suspicion.round": {
        "vi": "{rounded:n} trong {figures:n} số báo cáo từ {day:d} đến {last_day:d} chia hết cho "
        "{step:n}; đếm thật thì khoảng {expected:f}. Hãy hỏi: số được đếm hay ước lượng?",
        "en": "{rounded:n} of {figures:n} figures from {day:d} to {last_day:d} are multiples of "
        "{step:n}; honest counting gives about {expected:f}. Ask whether they were counted or "
        "estimated.",
    },
    "suspicion.copy": {
        "vi": "Từ {day:d} đến {last_day:d} có {repeats:n} lần báo cáo lặp lại đúng số hôm trước "
        "({value:n}), trong khi bình thường mỗi ngày tăng khoảng {expected:f}. Hãy hỏi: hôm đó "
        "có đếm không?",
        "en": "From {day:d} to {last_day:d} the figure of the day before was repeated {repeats:n} "
        "times ({value:n}), while about {expected:f} a day were to be expected. Ask whether "
        "anybody counted.",
    },
    "suspicion.twin": {
        "vi": "Từ {day:d} đến {last_day:d} có {repeats:n} ngày số báo cáo trùng khớp với một "
        "đơn vị khác (lần cuối {value:n}). Hãy hỏi cả hai đơn vị: ai đã đếm, số lấy từ đâu?",
        "en": "From {day:d} to {last_day:d} the figures of {repeats:n} days were exactly those of "
        "another unit ({value:n} the last time). Ask both who counted and where the figures "
        "come from.",
    },
    "suspicion.same_series": {
        "vi": "Từ {day:d} đến {last_day:d} có {repeats:n} ngày số máy hoạt động đúng bằng số máy "
        "đã cài ({value:n}), trong khi nơi khác chỉ còn khoảng {share:p}. Hãy hỏi: hai số có được "
        "đếm riêng không?",
        "en": "From {day:d} to {last_day:d} active phones equalled installs on {repeats:n} days "
        "({value:n}), while elsewhere about {share:p} stay active. Ask whether the two were "
        "counted apart.",
    },
    "suspicion.same_rise": {
        "vi": "Từ {day:d} đến {last_day:d} ngày nào cũng tăng đúng {rise:n} ({repeats:n} lần "
        "liền). Hãy hỏi: số được đếm hay cộng thêm từ số hôm trước?",
        "en": "From {day:d} to {last_day:d} every day rose by exactly {rise:n} ({repeats:n} times "
        "in a row). Ask whether people were counted or a number was added.",
    },
    "suspicion.above_phones": {
        "vi": "Ngày {day:d} báo cáo {value:n} máy cài, nhiều hơn số điện thoại thông minh ước có "
        "({phones:n}). Hãy hỏi: đếm người hay lượt tải, có tính người nơi khác không, và số "
        "điện thoại lấy từ đâu?",
        "en": "On {day:d} {value:n} installs were reported, more than the estimated smartphones "
        "({phones:n}). Ask whether people or downloads were counted, whether outsiders were, "
        "and where the number of phones comes from.",
    },
    "suspicion.gift": {
        "vi": "Quanh ngày tặng quà {day:d} số cài tăng thêm {rise:n} so với bình thường, nhưng đến "
        "{last_day:d} số máy hoạt động chỉ tăng {kept:n} (đáng lẽ khoảng {expected:n}). Có thể "
        "cài để nhận quà rồi xoá. Hãy so số máy còn hoạt động với danh sách nhận quà.",
        "en": "Around the gift day {day:d} installs rose by {rise:n} beyond the usual, but by "
        "{last_day:d} active phones had risen by {kept:n} only (about {expected:n} were to be "
        "expected). The app may have been installed for the gift and deleted. Compare active "
        "phones with the gifts handed out.",
    },
    "suspicion.gift_fall": {
        "vi": "Quanh ngày tặng quà {day:d} số cài tăng thêm {rise:n} so với bình thường, rồi đến "
        "{last_day:d} lại giảm {fall:n}. Có thể cài để nhận quà rồi xoá. Hãy hỏi vì sao số giảm.",
        "en": "Around the gift day {day:d} installs rose by {rise:n} beyond the usual and by "
        "{last_day:d} had fallen by {fall:n}. The app may have been installed for the gift and "
        "deleted. Ask why the count fell.",
    },
}
