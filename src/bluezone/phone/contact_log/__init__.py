"""The contact log: what this phone heard in the last 14 days, and nothing else."""

from bluezone.phone.contact_log.limits import LogLimits
from bluezone.phone.contact_log.log import ContactLog, Forgotten

__all__ = ["ContactLog", "Forgotten", "LogLimits"]
