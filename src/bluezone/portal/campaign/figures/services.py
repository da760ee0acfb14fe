"""What other apps may ask of the figures and do with them; docs/figures.md shows how."""

from bluezone.portal.campaign.figures.bases import Misfit, fitting_bases, misfits
from bluezone.portal.campaign.figures.bulk_registering import register_phones
from bluezone.portal.campaign.figures.choices import Base, Platform, Series, Source, State
from bluezone.portal.campaign.figures.conflicts import Conflict, ConflictKind, conflicts
from bluezone.portal.campaign.figures.denominators import (
    KnownDenominator,
    denominator,
    denominators,
    record_denominator,
)
from bluezone.portal.campaign.figures.percentages import Percentage, percentage
from bluezone.portal.campaign.figures.reading import (
    PARTS,
    Current,
    History,
    current,
    histories,
    history,
)
from bluezone.portal.campaign.figures.recording import (
    NewFigure,
    Recorded,
    correct,
    record_figure,
    record_figures,
    review,
)
from bluezone.portal.campaign.figures.registering import (
    publish_registrations,
    register_phone,
    roll_up_registrations,
)
from bluezone.portal.campaign.figures.rolling import roll_up

__all__ = [
    "PARTS",
    "Base",
    "Conflict",
    "ConflictKind",
    "Current",
    "History",
    "KnownDenominator",
    "Misfit",
    "NewFigure",
    "Percentage",
    "Platform",
    "Recorded",
    "Series",
    "Source",
    "State",
    "conflicts",
    "correct",
    "current",
    "denominator",
    "denominators",
    "fitting_bases",
    "histories",
    "history",
    "misfits",
    "percentage",
    "publish_registrations",
    "record_denominator",
    "record_figure",
    "record_figures",
    "register_phone",
    "register_phones",
    "review",
    "roll_up",
    "roll_up_registrations",
]
