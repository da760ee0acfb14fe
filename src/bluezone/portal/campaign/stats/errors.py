"""The errors of the campaign's statistics: arrays that do not belong together."""

from bluezone.protocol.errors import BluezoneError


class StatsInputError(BluezoneError):
    """Arrays of different lengths, days out of order, or more units than a table can hold."""

    code = "invalid_statistics_input"
