"""
Settings of the whole site, read from the environment; a bad value stops the start.

XIACHEN_HOME        where keys, the embedded database and logs live
DATABASE_URL        one's own PostgreSQL server instead of the embedded one
XIACHEN_DATABASE    name of the database on the embedded server
XIACHEN_ADDRESS     how people reach the site, such as https://xiachen.example, for links
XIACHEN_AS_OWNER    1 for commands that change tables
"""

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from xiachen.site.database import database_settings
from xiachen.site.home import home_directory, secret_key
from xiachen.site.speaking import time_zone

HOME = home_directory()
SECRET_KEY = secret_key(HOME)
KEY_DIRECTORY = HOME / "keys"
MASTER_KEY_FILE = HOME / "master.key"
CHANNELS_FILE = HOME / "channels.toml"
DEBUG = False
ALLOWED_HOSTS = os.environ.get("XIACHEN_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
# Where people reach the site from outside; links in messages begin with it.
PUBLIC_ADDRESS = os.environ.get("XIACHEN_ADDRESS", f"https://{ALLOWED_HOSTS[0]}").rstrip("/")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host != "*"]

INSTALLED_APPS = [
    # First, so that its pages go before those of the libraries below.
    "xiachen.site",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "xiachen.base",
    "xiachen.privacy",
    "xiachen.figures",
    "xiachen.papers",
    "xiachen.places",
    "xiachen.people",
    "xiachen.incidents",
    "xiachen.notices",
    "xiachen.mobilisation",
    "xiachen.deployment",
    "xiachen.attendance",
    "xiachen.needs",
    "xiachen.command",
    "xiachen.sync",
    "xiachen.drill",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "xiachen.site.headers.ContentPolicy",
    "xiachen.site.headers.AddressesWithoutNul",
    "xiachen.site.phone_app.PhoneApp",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "xiachen.site.sessions.SessionLimits",
    "xiachen.site.signing_in.OwnLanguage",
    "xiachen.site.scoping.ScopeMiddleware",
    "xiachen.site.refusing.RefusalsAsPages",
]

ROOT_URLCONF = "xiachen.site.urls"
WSGI_APPLICATION = "xiachen.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xiachen.site.shell.around",
            ],
        },
    }
]

FORM_RENDERER = "xiachen.site.rendering.Renderer"

APPLICATION_ROLE = "xiachen_app"
DATABASES = {"default": database_settings(HOME, APPLICATION_ROLE)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "site_cache",
    }
}

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# scrypt first: guessing costs memory as well as time.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "xiachen.site.signing_in.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "xiachen"
MFA_ADAPTER = "xiachen.site.sealed_factors.Adapter"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

SESSION_ENGINE = "xiachen.site.session_store"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_SECONDS = 30 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
_TLS = os.environ.get("XIACHEN_TLS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _TLS
SECURE_HSTS_SECONDS = 180 * 24 * 60 * 60 if os.environ.get("XIACHEN_HSTS") == "1" else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
USE_I18N = True
TIME_ZONE = time_zone()
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600

# Files never lie on the disk in clear, and what is too large is dropped while it comes in.
FILE_UPLOAD_HANDLERS = ["xiachen.papers.uploads.InMemory"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_values": {"()": "xiachen.site.logs.WithoutValues"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["no_values"],
        }
    },
    # These tell whom they speak to, with the number and the secret in the address.
    "loggers": {name: {"level": "CRITICAL"} for name in ("apprise", "urllib3")},
    "root": {"handlers": ["console"], "level": os.environ.get("XIACHEN_LOG_LEVEL", "WARNING")},
}
