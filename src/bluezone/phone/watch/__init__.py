"""From published keys to a warning: fetch, match, judge, tell, each new exposure once."""

from bluezone.phone.watch.check import NodeCheck, Watch, WatchReport
from bluezone.phone.watch.exposures import ExposureStore

__all__ = ["ExposureStore", "NodeCheck", "Watch", "WatchReport"]
