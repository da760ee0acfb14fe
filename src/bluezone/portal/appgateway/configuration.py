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

# Pushes: shown in the portal (`outbox`), or sent through Firebase Cloud Messaging (`fcm`).
BLUEZONE_GATEWAY_PUSH_PROVIDER = environment.text("GATEWAY_PUSH_PROVIDER", "outbox")
BLUEZONE_GATEWAY_FCM_CREDENTIALS = environment.text("GATEWAY_FCM_CREDENTIALS", "")
BLUEZONE_GATEWAY_FCM_URL = environment.text("GATEWAY_FCM_URL", "https://fcm.googleapis.com")
BLUEZONE_GATEWAY_FCM_CONNECTIONS = environment.number(
    "GATEWAY_FCM_CONNECTIONS", 16, low=1, high=256
)
# Codes by message (docs/app-gateway-people.md): each costs money.
BLUEZONE_GATEWAY_CODES_PER_NUMBER = environment.number(
    "GATEWAY_CODES_PER_NUMBER", 5, low=1, high=100
)
BLUEZONE_GATEWAY_CODES_PER_PHONE = environment.number("GATEWAY_CODES_PER_PHONE", 5, low=1, high=100)
BLUEZONE_GATEWAY_CODES_PER_ADDRESS = environment.number(
    "GATEWAY_CODES_PER_ADDRESS", 500, low=1, high=1_000_000_000
)
BLUEZONE_GATEWAY_CODES_PER_HOUR = environment.number(
    "GATEWAY_CODES_PER_HOUR", 10_000, low=1, high=1_000_000_000
)
BLUEZONE_GATEWAY_FOREIGN_CODES_PER_HOUR = environment.number(
    "GATEWAY_FOREIGN_CODES_PER_HOUR", 50, low=0, high=1_000_000_000
)
BLUEZONE_GATEWAY_NUMBER_S = 86_400 * environment.number(
    "GATEWAY_NUMBER_DAYS", 365, low=1, high=1_000
)
BLUEZONE_GATEWAY_INFORMATION_S = 86_400 * environment.number(
    "GATEWAY_INFORMATION_DAYS", 90, low=1, high=365
)
BLUEZONE_GATEWAY_DECLARATION_S = 86_400 * environment.number(
    "GATEWAY_DECLARATION_DAYS", 21, low=1, high=60
)
# What published phones get as version, settings, texts and answers; empty for our own defaults.
BLUEZONE_GATEWAY_FILES = environment.text("GATEWAY_FILES", "")

# The bridge to the key server: rounds, day keys in both directions (docs/app-gateway-bridge.md).
BLUEZONE_GATEWAY_KEY_SERVER_URL = environment.text(
    "GATEWAY_KEY_SERVER_URL", "http://127.0.0.1:8080"
)
BLUEZONE_GATEWAY_EXPORT_KEYS = environment.words(
    "GATEWAY_EXPORT_KEYS", str(environment.home().parent / "keyserver" / "export-public-key.pem")
)
BLUEZONE_GATEWAY_EXPORT_INDEXES = environment.words(
    "GATEWAY_EXPORT_INDEXES", "bluezone/hourly/index.txt"
)
BLUEZONE_GATEWAY_HEALTH_AUTHORITY = environment.text("GATEWAY_HEALTH_AUTHORITY", "vn.bluezone")
BLUEZONE_GATEWAY_ROUND_S = 60 * environment.number("GATEWAY_ROUND_MINUTES", 60, low=1, high=1440)
BLUEZONE_GATEWAY_ROUND_ENTRIES = environment.number(
    "GATEWAY_ROUND_ENTRIES", 2_700, low=1, high=100_000
)
