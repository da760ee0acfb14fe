"""What can be wrong with the files for published phones."""

from bluezone.portal.errors import InvalidSettingError


class AppFilesError(InvalidSettingError):
    """The operator's file has a member that phones must not get; the message names it."""

    code = "app_files_invalid"
