"""Printed counts of 2020 as histories: few, rounded, and the only real ones there are.

Sources: bnews.vn and english.mic.gov.vn (nation, provinces), baohaiduong.vn and tuoitrexahoi.vn
(Hải Dương), baothaibinh.com.vn (20/8). Percentages of 11/8 are taken of the census of 2019, which
they fit (`docs/statistics.md`).
"""

from typing import Final

import numpy as np

from bluezone.portal.campaign.stats.histories import Histories

_ = np.nan
NATION: Final = Histories.of(
    ["2020-07-25", "2020-08-02", "2020-08-09", "2020-08-11", "2020-08-19", "2020-08-20"],
    [[0.2e6, 2.0e6, 13.5e6, 15.7e6, 19.4e6, 20.0e6]],
    phones=76.8e6,
)
HAI_DUONG: Final = Histories.of(
    ["2020-08-05", "2020-08-15", "2020-08-16", "2020-08-20", "2020-09-01"],
    [[66_552, 310_000, 330_000, 398_000, 455_559]],
    phones=1.4e6,
)
_PEOPLE = np.array([1_134_310, 8_053_663, 1_320_324, 8_993_082, 1_368_840])
PROVINCES: Final = Histories.of(
    ["2020-08-09", "2020-08-11", "2020-08-19", "2020-08-20"],
    [
        [370_000, 0.3413 * _PEOPLE[0], 423_000, 456_000],  # Đà Nẵng
        [_, 0.2383 * _PEOPLE[1], 2_334_000, 2_397_000],  # Hà Nội
        [_, 0.2261 * _PEOPLE[2], 359_000, 371_000],  # Quảng Ninh
        [_, 0.2205 * _PEOPLE[3], 2_293_000, _],  # Hồ Chí Minh; 20/8 is likely a slip
        [_, 0.1784 * _PEOPLE[4], 301_000, _],  # Bắc Ninh
    ],
    phones=0.79 * _PEOPLE,
)
"""Phones: 76.8 million of 96.2 million people, as the ministry said on 10/8/2020."""
