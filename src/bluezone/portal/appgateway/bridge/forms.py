"""The form that picks two histories."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bluezone.portal.appgateway.bridge.relay_histories import Candidate


class RelayForm(forms.Form):
    """One history of this case, one of another."""

    this = forms.TypedChoiceField(label=gettext_lazy("History of this case"), coerce=int)
    other = forms.TypedChoiceField(label=gettext_lazy("History to compare with"), coerce=int)

    def __init__(
        self, *args: Any, own: Sequence[Candidate], others: Sequence[Candidate], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, candidates in (("this", own), ("other", others)):
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - for the type checker
            field.choices = [(one.history_id, _label(one)) for one in candidates]


def _label(one: Candidate) -> str:
    words = (
        _("%(case)s, all contacts (%(rows)d)")
        if one.whole
        else _("%(case)s, contacts with known cases only (%(rows)d)")
    )
    return words % {"case": one.pseudonym, "rows": one.rows}
