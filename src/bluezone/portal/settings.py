"""Django settings; every installation's choice comes from the environment.

Nothing here writes a file: the secrets are made by the first `migrate`
(`bluezone.portal.secret_files`). docs/portal.md lists every variable.
"""

from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext_lazy

from bluezone.look import font_dir, static_dir
from bluezone.portal import environment, secret_files
from bluezone.portal.accounts.role_names import ROLE_NAMES, SECOND_FACTOR_ROLES
from bluezone.portal.appgateway.configuration import *  # noqa: F403 - settings of the app gateway
from bluezone.portal.database import database_from_url
from bluezone.portal.errors import MissingSecretError

_HERE: Final = Path(__file__).parent
BLUEZONE_PORTAL_HOME = environment.home()
BLUEZONE_KEYS_FOLDER = BLUEZONE_PORTAL_HOME / "keys"


def _secret_key() -> str:
    try:
        return secret_files.secret(BLUEZONE_KEYS_FOLDER, secret_files.DJANGO).hex()
    except MissingSecretError:
        return ""  # before the first migrate: whatever needs it says that it is missing


SECRET_KEY = _secret_key()
DEBUG = False
BLUEZONE_PUBLIC_URL = environment.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
_HTTPS: Final = BLUEZONE_PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = [
    *environment.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]"),
    environment.host_of(BLUEZONE_PUBLIC_URL),
]
CSRF_TRUSTED_ORIGINS = [BLUEZONE_PUBLIC_URL]
BLUEZONE_TRUSTED_PROXIES = environment.number("TRUSTED_PROXIES", 0, low=0, high=5)

INSTALLED_APPS = [
    "bluezone.portal.accounts",
    "bluezone.portal.appgateway.bridge",
    "bluezone.portal.appgateway.consent",
    "bluezone.portal.appgateway.people",
    "bluezone.portal.appgateway.phones",
    "bluezone.portal.appgateway.pushes",
    "bluezone.portal.audit",
    "bluezone.portal.campaign.agencies",
    "bluezone.portal.campaign.dashboards",
    "bluezone.portal.campaign.field",
    "bluezone.portal.campaign.figures",
    "bluezone.portal.campaign.inspection",
    "bluezone.portal.campaign.targets",
    "bluezone.portal.cases",
    "bluezone.portal.site",
    "bluezone.portal.units",
    "bluezone.portal.verification",
    # After ours, whose templates stand in the place of theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
]
MIDDLEWARE = [
    "bluezone.portal.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "bluezone.portal.middleware.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "bluezone.portal.accounts.middleware.SessionLimits",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "bluezone.portal.accounts.middleware.SecondFactorFirst",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "bluezone.portal.urls"
ASGI_APPLICATION = "bluezone.portal.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "bluezone.portal.navigation.navigation",
            ],
            "libraries": {"bluezone": "bluezone.portal.template_tags"},
        },
    }
]

DATABASES = {
    "default": database_from_url(environment.text("DATABASE_URL", ""), home=BLUEZONE_PORTAL_HOME)
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},  # spec/server-rules.md 3.5
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "case-list"
LOGOUT_REDIRECT_URL = "sign-in"

# The second step of signing in, and its set-up, are django-allauth's (docs/accounts.md). Its
# counting of tries is off: it would count in a cache of each process, ours counts in the database.
BLUEZONE_SECOND_FACTOR_ROLES = environment.choices(
    "SECOND_FACTOR_ROLES", ",".join(SECOND_FACTOR_ROLES), allowed=ROLE_NAMES
)
BLUEZONE_SECOND_FACTOR_GRACE_S = 86_400 * environment.number(
    "SECOND_FACTOR_GRACE_DAYS", 7, low=0, high=90
)
BLUEZONE_INVITATION_TTL_S = 3600 * environment.number("INVITATION_HOURS", 72, low=1, high=336)
ACCOUNT_ADAPTER = "bluezone.portal.accounts.adapters.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_RATE_LIMITS = False
ACCOUNT_FORMS = {
    "reauthenticate": "bluezone.portal.accounts.second_factor_forms.ConfirmByPasswordForm",
}
MFA_ADAPTER = "bluezone.portal.accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "activate_totp": "bluezone.portal.accounts.second_factor_forms.SetUpAppForm",
    "add_webauthn": "bluezone.portal.accounts.second_factor_forms.AddPasskeyForm",
    "authenticate": "bluezone.portal.accounts.second_factor_forms.SecondStepForm",
    "authenticate_webauthn": "bluezone.portal.accounts.second_factor_forms.PasskeyStepForm",
    "edit_webauthn": "bluezone.portal.accounts.second_factor_forms.RenamePasskeyForm",
    "reauthenticate": "bluezone.portal.accounts.second_factor_forms.ConfirmByCodeForm",
    "reauthenticate_webauthn": "bluezone.portal.accounts.second_factor_forms.ConfirmByPasskeyForm",
}
MFA_RATE_LIMITS = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Bluezone"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _HTTPS  # browsers allow http on localhost only

# Invitations by mail; without a server the link is shown and printed only.
BLUEZONE_MAIL = environment.text("MAIL_HOST", "") != ""
EMAIL_HOST = environment.text("MAIL_HOST", "")
EMAIL_PORT = environment.number("MAIL_PORT", 587, low=1, high=65_535)
EMAIL_HOST_USER = environment.text("MAIL_USER", "")
EMAIL_HOST_PASSWORD = environment.text("MAIL_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("MAIL_STARTTLS", default=True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environment.text("MAIL_FROM", "bluezone@localhost")

# spec/server-rules.md 2.3: sessions last 20 hours at most and 20 minutes without a hand on them.
SESSION_COOKIE_AGE = 20 * 3600
BLUEZONE_SESSION_IDLE_S = 20 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
_COOKIES: Final = environment.text("COOKIE_PREFIX", "bluezone")
SESSION_COOKIE_NAME = f"{_COOKIES}_session"
CSRF_COOKIE_NAME = f"{_COOKIES}_csrf"
BLUEZONE_KNOWN_COOKIE = f"{_COOKIES}_known"
LANGUAGE_COOKIE_NAME = "language"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = environment.number(
    "HSTS_S", 31_536_000 if _HTTPS else 0, low=0, high=63_072_000
)
SECURE_HSTS_INCLUDE_SUBDOMAINS = environment.flag("HSTS_SUBDOMAINS", default=False)
SECURE_SSL_REDIRECT = environment.flag("HTTPS_REDIRECT", default=False)
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if BLUEZONE_TRUSTED_PROXIES and _HTTPS else None
)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256_000

# The public site: where the app is in each store, and who publishes it (docs/site.md).
BLUEZONE_STORE_ANDROID_URL = environment.text("STORE_ANDROID_URL", "")
BLUEZONE_STORE_IOS_URL = environment.text("STORE_IOS_URL", "")
BLUEZONE_STORE_PUBLISHER = environment.text("STORE_PUBLISHER", "")

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", gettext_lazy("Vietnamese")), ("en", gettext_lazy("English"))]
LOCALE_PATHS = [_HERE / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [
    _HERE / "static",
    ("look", str(static_dir())),
    ("look/fonts", str(font_dir())),
]
# Served straight from the packages: nothing to collect after an installation.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_MAX_AGE = 3600

# Verification (spec/server-rules.md 2.3). The bounds are the reference's.
BLUEZONE_REALM = environment.text("REALM", "vn")
BLUEZONE_REALM_NAME = environment.text("REALM_NAME", "Bluezone")
BLUEZONE_SHORT_CODE_DIGITS = environment.number("SHORT_CODE_DIGITS", 8, low=6, high=8)
BLUEZONE_SHORT_CODE_TTL_S = 60 * environment.number("SHORT_CODE_MINUTES", 15, low=1, high=60)
BLUEZONE_LONG_CODE_TTL_S = 3600 * environment.number("LONG_CODE_HOURS", 24, low=1, high=24)
BLUEZONE_CERTIFICATE_ISSUER = environment.text("CERTIFICATE_ISSUER", "vn.bluezone.portal")
BLUEZONE_CERTIFICATE_AUDIENCE = environment.text("CERTIFICATE_AUDIENCE", "vn.bluezone.keyserver")
BLUEZONE_REQUIRE_DATE = environment.flag("REQUIRE_DATE", default=True)
BLUEZONE_MAINTENANCE = environment.flag("MAINTENANCE", default=False)
BLUEZONE_REQUESTS_PER_MINUTE = environment.number("REQUESTS_PER_MINUTE", 120, low=1, high=100_000)
BLUEZONE_CODES_PER_DAY = environment.number("CODES_PER_DAY", 20_000, low=10, high=20_000)
BLUEZONE_LINK_TEMPLATE = environment.text("LINK_TEMPLATE", "{public_url}/v?r={realm}&c={code}")
BLUEZONE_CASE_PREFIX = environment.text("CASE_PREFIX", "HD")

# Messages: shown in the portal's outbox (`outbox`), sent by a gateway (`http`), or `off`.
BLUEZONE_SMS_PROVIDER = environment.text("SMS_PROVIDER", "outbox")
BLUEZONE_SMS_URL = environment.text("SMS_URL", "")
BLUEZONE_SMS_BEARER_TOKEN = environment.text("SMS_BEARER_TOKEN", "")
BLUEZONE_SMS_SENDER = environment.text("SMS_SENDER", "Bluezone")
BLUEZONE_SMS_FIELDS = environment.text("SMS_FIELDS", "to=to,body=text,sender=from,id=reference")
BLUEZONE_SMS_ID_FIELD = environment.text("SMS_ID_FIELD", "id")
BLUEZONE_SMS_TIMEOUT_S = environment.number("SMS_TIMEOUT_S", 10, low=1, high=60)
BLUEZONE_SMS_COUNTRY_CODE = environment.text("SMS_COUNTRY_CODE", "84")
BLUEZONE_SMS_QUEUE_LIMIT = environment.number("SMS_QUEUE_LIMIT", 10_000, low=1, high=1_000_000)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {
        # Faults of ours only: a refused request is no news, and no request is worth keeping.
        "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "bluezone.portal": {"handlers": ["stderr"], "level": "INFO", "propagate": True},
    },
}
