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
# A row of a history has 68 bytes: 64 MiB are almost a million, 5 MB are 14 dense days.
BLUEZONE_GATEWAY_UPLOAD_BYTES = environment.number(
    "GATEWAY_UPLOAD_BYTES", 64 * 1024 * 1024, low=1024 * 1024, high=1024 * 1024 * 1024
)
BLUEZONE_GATEWAY_UPLOAD_SECONDS = environment.number(
    "GATEWAY_UPLOAD_SECONDS", 180, low=10, high=3_600
)
BLUEZONE_GATEWAY_HISTORY_BYTES = environment.number(
    "GATEWAY_HISTORY_BYTES", 5_000_000, low=100_000, high=64 * 1024 * 1024
)
