"""Risk: matched sightings become exposure windows, daily scores, and a level."""

from bluezone.phone.risk.matched_key import MatchedKey

__all__ = ["MatchedKey"]
