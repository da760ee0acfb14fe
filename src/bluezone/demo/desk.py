"""The health worker's hands: the portal's own pages, filled in over HTTP.

The decision that surprises: nothing is called inside the portal. What the demo does for a
visitor goes through sign-in, form, CSRF token and redirect, exactly as a browser does it.
"""

import re
from typing import Final

import httpx2

from bluezone.demo.errors import DeskError
from bluezone.demo.page.visitor import Login

_TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_DIGITS: Final = re.compile(r'<span class="group">(\d+)</span>')
_CODE_DIGITS: Final = 8
_OK: Final = 200


class Desk:
    """One browser at the desk."""

    def __init__(self, portal_url: str, login: Login, client: httpx2.Client) -> None:
        """Sit down.

        Args:
            portal_url: of the real portal.
            login: who sits there.
            client: with a cookie jar of its own; follows redirects.
        """
        self._url = portal_url
        self._login = login
        self._client = client

    def sign_in(self) -> dict[str, str]:
        """Sign in and return the cookies that keep the visitor signed in.

        Raises:
            DeskError: the portal did not let us in.
        """
        self._fill("/sign-in/", {"username": self._login.user, "password": self._login.password})
        cookies = {cookie.name: cookie.value or "" for cookie in self._client.cookies.jar}
        if not any(name.endswith("_session") for name in cookies):
            raise DeskError("the desk did not let the demo sign in")
        return cookies

    def open_case(self, symptom_day: str) -> str:
        """Open a confirmed case with that ISO day of onset; return the address of its page.

        Raises:
            DeskError: the portal refused the form.
        """
        form = {"report_type": "confirmed", "symptom_date": symptom_day, "test_date": symptom_day}
        return self._fill("/cases/new/", form).url.path

    def issue_code(self, case: str) -> str:
        """Issue a code for the case at that address and return its 8 digits.

        Raises:
            DeskError: the page shows no code.
        """
        page = self._fill(case, {"phone": ""}, action=f"{case}code/")
        code = "".join(_DIGITS.findall(page.text))
        if len(code) != _CODE_DIGITS:
            raise DeskError("the desk's page shows no code of 8 digits")
        return code

    def _fill(
        self, path: str, fields: dict[str, str], *, action: str | None = None
    ) -> httpx2.Response:
        """Open a page, fill in its form, send it, follow to where it leads."""
        try:
            found = _TOKEN.search(self._client.get(self._url + path).text)
            token = {"csrfmiddlewaretoken": found.group(1) if found else ""}
            answer = self._client.post(self._url + (action or path), data=token | fields)
        except httpx2.HTTPError as error:
            raise DeskError(f"the desk does not answer: {type(error).__name__}") from error
        if answer.status_code != _OK:
            raise DeskError(f"the desk answered {answer.status_code} to the form of {path}")
        return answer
