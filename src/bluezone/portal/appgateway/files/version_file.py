"""versionApp.json: the newest versions, who must or should update, and where the app is.

Source: spec/bluezone-wire.md 3.2. The four lists of ranges must be lists. The surprising part is
`VersionResource`: a phone writes "4.0.0" over the version of the texts it loaded, so only a
greater one is ever loaded again. Ours is always 4.0.1: every phone loads the texts at each start
(some hundred bytes), and a correction reaches it the same day.
"""

from collections.abc import Mapping
from typing import Final

from bluezone.portal.appgateway.files import links
from bluezone.portal.appgateway.files.checking import Rule, check_members, is_ranges, is_version
from bluezone.portal.appgateway.files.errors import AppFilesError
from bluezone.portal.appgateway.files.sources import Contents, Sources

RESOURCE_VERSION: Final = "4.0.1"
_VERSION: Final = Rule(is_version, "digits and dots, such as 3.0.3")
_RANGES: Final = Rule(is_ranges, 'a list of ["from", "to"] with versions')
_EMPTY: Final = Rule(lambda value: value == "", "empty: this server hands out no programs")
_LINKS: Final = ("LinkShareAndroid", "LinkShareIOS", "LinkHuawei")

RULES: Final[Mapping[str, Rule]] = {
    "VersionAndroid": _VERSION,
    "VersionIOS": _VERSION,
    "forceUpdateAndroid": _RANGES,
    "forceUpdateIOS": _RANGES,
    "recommendedUpdateAndroid": _RANGES,
    "recommendedUpdateIOS": _RANGES,
    "LinkShareAndroid": links.RULE,
    "LinkShareIOS": links.RULE,
    "LinkDownloadApk": _EMPTY,
    "LinkHuawei": links.RULE,
}


def version_file(contents: Contents, sources: Sources) -> dict[str, object]:
    """Return the file's members.

    Raises:
        AppFilesError: a member does not fit; or phones would be forced to update from a store
            whose address is not set, behind a dialog that cannot be closed.
    """
    values = contents.version
    check_members("version", values, RULES)
    stores = {"forceUpdateAndroid": sources.store_android, "forceUpdateIOS": sources.store_ios}
    for name, store in stores.items():
        if values[name] and not store:
            raise AppFilesError(f"version.{name} needs the address of the app in its store")
    shown = {name: links.address(str(values[name]), sources) for name in _LINKS}
    return {**values, **shown, "VersionResource": RESOURCE_VERSION}
