"""Hands for a visitor who has none: the desk's part, over its own pages."""

from typing import Final

import httpx2

from bluezone.demo.desk import Desk
from bluezone.demo.halves import Halves

PATIENCE_S: Final = 25.0
"""Real seconds before the story goes on by itself when nobody touches anything."""
_LIMIT_S: Final = 30.0


class Helper:
    """Opens a case and issues a code, as a health worker does."""

    def __init__(self, halves: Halves) -> None:
        """Know where the desk is."""
        self._halves = halves
        self.patience_s = PATIENCE_S
        self.case = ""

    def code(self, onset: str) -> str:
        """Return the 8 digits of a new code for a new case.

        Args:
            onset: ISO day of the first symptoms.

        Raises:
            DeskError: the portal did not do as its pages promise.
        """
        with self._client() as client:
            desk = Desk(self._halves.portal_url, self._halves.login, client)
            desk.sign_in()
            page = desk.open_case(onset)
            self.case = page.strip("/").rpartition("/")[2]
            return desk.issue_code(page)

    def session(self) -> dict[str, str]:
        """Return the cookies of a fresh sign-in, for the visitor's own browser.

        Raises:
            DeskError: the portal did not let us in.
        """
        with self._client() as client:
            return Desk(self._halves.portal_url, self._halves.login, client).sign_in()

    @staticmethod
    def _client() -> httpx2.Client:
        return httpx2.Client(follow_redirects=True, timeout=_LIMIT_S)
