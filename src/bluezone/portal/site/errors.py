"""Errors of the public site."""

from bluezone.portal.errors import PortalError


class SiteError(PortalError):
    """Something cannot be done on the public site; the message says why."""

    code = "invalid_site_request"


class UnknownLanguageError(SiteError):
    """There are no texts in this language."""

    code = "unknown_language"


class ContentError(SiteError):
    """A file of texts is incomplete or has a wrong shape."""

    code = "invalid_content"


class PrintError(SiteError):
    """A template could not be set."""

    code = "print_failed"


class PressBusyError(SiteError):
    """Too many sheets are being set at this moment; what was set before is still sent."""

    code = "press_busy"
    retry_after_s = 20


class NotPublishedError(SiteError):
    """Only a published announcement can be withdrawn."""

    code = "not_published"
