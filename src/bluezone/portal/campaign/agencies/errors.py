"""Errors of agencies and vouchers."""

from bluezone.portal.errors import PortalError


class AgencyError(PortalError):
    """Something cannot be done with an agency; the message says why, in the reader's words."""

    code = "invalid_agency"


class VoucherError(PortalError):
    """Something cannot be done with a voucher; `status` is the answer's."""

    code = "voucher_error"
    status = 400


class SlipInvalidError(VoucherError):
    """No such code; deliberately the same for a code that never was and a mistyped one."""

    code = "slip_invalid"
    status = 404


class SlipUsedError(VoucherError):
    """The code was exchanged for a voucher before."""

    code = "slip_used"
    status = 409


class SlipVoidedError(VoucherError):
    """The code was replaced by a new slip."""

    code = "slip_voided"
    status = 410


class VouchersClosedError(VoucherError):
    """The campaign is over; keys and slips were destroyed."""

    code = "vouchers_closed"
    status = 410


class VoucherInvalidError(VoucherError):
    """Not a voucher of ours: forged, damaged, or of another key."""

    code = "voucher_invalid"


class VoucherSpentError(VoucherError):
    """The voucher was counted before; it is counted once."""

    code = "voucher_spent"
    status = 409


class TooManyVouchersError(VoucherError):
    """More vouchers than staff with smartphones, or more voided than there are."""

    code = "too_many_vouchers"
    status = 409
