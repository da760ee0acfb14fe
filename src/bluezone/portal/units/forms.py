"""Forms of villages and of the search."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bluezone.portal.forms import DayField
from bluezone.portal.units.services import VILLAGE_KINDS


class WordsInput(forms.TextInput):
    """A text field with suggestions; the browser's own list, no script."""

    template_name = "units/words_input.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Add the suggestions and the name of their list."""
        context = super().get_context(name, value, attrs)
        context["words"] = VILLAGE_KINDS
        context["widget"]["attrs"]["list"] = f"{name}-words"
        return context


class VillageForm(forms.Form):
    """Kind and name of a village or residential group."""

    kind = forms.CharField(
        label=_("Kind"),
        help_text=_("Such as Thôn, Tổ dân phố, Bản. Leave empty if there is none."),
        max_length=40,
        required=False,
        widget=WordsInput,
    )
    name = forms.CharField(
        label=_("Name"), help_text=_("Without its kind, such as Đông or 5."), max_length=120
    )


class CloseForm(forms.Form):
    """From which day on a village is no more."""

    day = DayField(
        label=_("Closed from"),
        help_text=_("The first day on which the village no longer exists."),
        required=True,
    )
