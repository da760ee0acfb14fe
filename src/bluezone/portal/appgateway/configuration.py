"""Settings of the app gateway; `bluezone.portal.settings` takes over every name.

Each comes from the environment (`BLUEZONE_PORTAL_GATEWAY_...`); docs/app-gateway.md lists them.
"""

from bluezone.portal import environment

# For each client address and process. Operators in Viet Nam put thousands of phones behind one.
BLUEZONE_GATEWAY_NEW_PHONES_PER_HOUR = environment.number(
    "GATEWAY_NEW_PHONES_PER_HOUR", 5_000, low=1, high=1_000_000_000
)
BLUEZONE_GATEWAY_POSTS_PER_HOUR = environment.number(
    "GATEWAY_POSTS_PER_HOUR", 20_000, low=1, high=1_000_000_000
)
