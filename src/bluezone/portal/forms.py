"""What all forms of the desk share: days from the browser's calendar, errors with their codes."""

from typing import Any

from django import forms


class DayField(forms.DateField):
    """A day, picked in the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d/%m/%Y"])
        super().__init__(**kwargs)
        self.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        self.widget.is_required = False
