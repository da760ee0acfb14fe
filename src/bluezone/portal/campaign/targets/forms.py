"""Setting a target: one sentence, or fields for those who prefer them. Never both."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bluezone.portal.campaign.targets.choices import Base, Measure, Order
from bluezone.portal.campaign.targets.errors import TargetError
from bluezone.portal.campaign.targets.models import SOURCE_LENGTH
from bluezone.portal.campaign.targets.rendering import render
from bluezone.portal.campaign.targets.sentence import MOST_CHARACTERS, Reading, read_any
from bluezone.portal.campaign.targets.terms import MOST_UNITS, Amount, Clause, Rank, Target, plain
from bluezone.portal.forms import DayField

_RANK_BASES = [(base.value, base.label) for base in Base if base != Base.STAFF]


class TargetForm(forms.Form):
    """A target of a unit. After `is_valid`, `reading` has what it says."""

    text = forms.CharField(
        label=_("The target in one sentence"),
        help_text=_(
            "As it stands in the order, in Vietnamese or English: 60 % of smartphone users by "
            "20/8 or rank 10 of 63 by number of installations."
        ),
        required=False,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    measure = forms.ChoiceField(
        label=_("What is counted"), choices=Measure.choices, required=False, initial=Measure.USERS
    )
    percent = forms.DecimalField(
        label=_("At least, percent"), required=False, max_digits=5, decimal_places=2, localize=True
    )
    base = forms.ChoiceField(label=_("Of whom"), choices=[("", "–"), *Base.choices], required=False)
    count = forms.IntegerField(
        label=_("At least, number"), required=False, min_value=1, localize=True
    )
    rank = forms.IntegerField(
        label=_("Or rank"),
        help_text=_("Such as 10, with 63 in the next field."),
        required=False,
        min_value=1,
        max_value=MOST_UNITS,
    )
    rank_of = forms.IntegerField(
        label=_("Of how many units"), required=False, min_value=2, max_value=MOST_UNITS
    )
    rank_by = forms.ChoiceField(
        label=_("Ranked by"),
        choices=[(Order.COUNT.value, Order.COUNT.label), *_RANK_BASES],
        required=False,
    )
    deadline = DayField(
        label=_("Last day"), help_text=_("Without a day the target is never missed.")
    )
    source = forms.CharField(
        label=_("Order or letter"),
        help_text=_("Number and day of the order, so that everybody can find it."),
        required=False,
        max_length=SOURCE_LENGTH,
    )

    FIELDS: ClassVar = ("percent", "base", "count", "rank", "rank_of", "rank_by", "deadline")
    reading: Reading

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        self._today = today
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Read the sentence or the fields."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return data
        text = data["text"].strip()
        filled = [data["percent"], data["count"], data["rank"], data["rank_of"], data["deadline"]]
        where = "text" if text else None
        if text and any(value is not None for value in filled):
            self.add_error("text", _("Fill in the sentence or the fields below it, not both."))
            return data
        try:
            self.reading = self._read(text) if text else Reading((self._from_fields(data),), ())
        except TargetError as error:
            self.add_error(where, f"{error} ({error.code})")
        return data

    def _read(self, text: str) -> Reading:
        return read_any(text, (get_language() or "vi")[:2], self._today.year)

    @staticmethod
    def _from_fields(data: Mapping[str, Any]) -> Target:
        clauses: list[Clause] = []
        measure = Measure(data["measure"] or Measure.USERS)
        base = Base(data["base"]) if data["base"] else None
        if data["percent"] is not None or data["count"] is not None or base is not None:
            # Officials are counted by their agencies, whatever stands in the first field.
            counted = Measure.STAFF if base == Base.STAFF else measure
            percent = None if data["percent"] is None else plain(data["percent"])
            clauses.append(Amount(counted, percent, base, data["count"]))
        if data["rank"] is not None or data["rank_of"] is not None:
            by = data["rank_by"]
            among = None if by in {"", Order.COUNT} else Base(by)
            clauses.append(Rank(measure, data["rank"] or 0, data["rank_of"] or 0, among))
        return Target(tuple(clauses), data["deadline"])


class ChangeForm(TargetForm):
    """The same for a target that is there; `version` is the one that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class EndForm(forms.Form):
    """Ending a target; `version` is the one that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


def initial_of(target: Target, language: str) -> dict[str, object]:
    """Return what the form shows of a target: its sentence."""
    return {"text": render(target, language)}
