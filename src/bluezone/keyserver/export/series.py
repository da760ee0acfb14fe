"""Which packages are written: every scheme and region, hour by hour and day by day.

Source: the project's export layout (`<scheme>/<hourly|daily>/`) and key server rules 1.6. The
first region's packages lie at the top; those of another one in a folder of its name.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bluezone.keyserver.settings import Authority, ExportSettings
from bluezone.protocol.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Series:
    """One chain of windows.

    Attributes:
        name: folder of its files and its name in the database, such as `en/hourly`.
        scheme: whose keys.
        region: whose keys, and the region in the files.
        period_s: length of a window, a divisor of a day.
    """

    name: str
    scheme: Scheme
    region: str
    period_s: int

    def floor(self, instant: int) -> int:
        """Return the start of the window that holds `instant`."""
        return instant - instant % self.period_s


def all_series(authorities: Iterable[Authority], settings: ExportSettings) -> tuple[Series, ...]:
    """Return every series, short windows first, so that days find the hours' fakes."""
    regions = list(dict.fromkeys(one.region for one in authorities if one.region))
    kinds = (("hourly", settings.hourly_s), ("daily", settings.daily_s))
    return tuple(
        Series(f"{prefix}{scheme.value}/{kind}", scheme, region, period_s)
        for kind, period_s in kinds
        for number, region in enumerate(regions)
        for prefix in ("" if number == 0 else f"{region}/",)
        for scheme in Scheme
    )
