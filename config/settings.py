"""Every setting of the service, read once from the environment; `.env.example` documents them. No "if production"."""

import re
from typing import Any

from clients.values import MAX_ID
from config import environment as read
from config.logging import configuration

# --- The service itself ---------------------------------------------------------------------------

DEBUG = read.flag("DEBUG", default=False)
SECRET_KEY = read.secret("SECRET_KEY")
ALLOWED_HOSTS: list[str] = read.value(
    "ALLOWED_HOSTS",
    read.env.list,
    [],
    need="host names separated by commas, such as localhost,[::1],.flyers.example (with all below it), or *",
    valid=lambda v: all(map(read.is_host_pattern, v)),
)
PUBLIC_URL = read.http_url("PUBLIC_URL", "http://localhost:8000")
TRUSTED_PROXIES = read.integer("TRUSTED_PROXIES", 0, 0, 10)
HOST = read.text(
    "HOST",
    "127.0.0.1",
    r"[0-9A-Fa-f.:]+",
    need="an address to listen on: 127.0.0.1 for this machine alone, 0.0.0.0 for all networks",
)
PORT = read.integer("PORT", 8000, 1, 65535)
WORKERS = read.integer("WORKERS", 2, 1, 64)
THREADS = read.integer("THREADS", 64, 1, 512)

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "accounts",
    "favorites",
    "carts",
    "reservations",
    "proxy",
    "flyers_proxy",
    "config",  # for its commands
]

MIDDLEWARE = [
    "config.middleware.EveryRequest",
    "config.middleware.ExactCors",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.PlainErrors",
    "config.middleware.Routing",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- Database and cache ---------------------------------------------------------------------------

DATABASE_CONNECTIONS = read.integer("DATABASE_CONNECTIONS", 16, 1, 512)
DATABASE_PREPARE = read.flag("DATABASE_PREPARE", default=True)
DATABASE_STATEMENT_SECONDS = read.integer("DATABASE_STATEMENT_SECONDS", 3, 1, 86_400)
_database = read.value(
    "DATABASE_URL",
    read.env.db_url,
    "sqlite:///db.sqlite3",
    need="an address such as sqlite:///db.sqlite3 or postgres://user@host:5432/name",
    valid=lambda v: v.get("ENGINE") in {"django.db.backends.sqlite3", "django.db.backends.postgresql"},
)
if _database["ENGINE"] == "django.db.backends.sqlite3":
    if _database["NAME"] != ":memory:":
        _database["NAME"] = str(read.BASE_DIR / _database["NAME"])
    _database["ENGINE"] = "config.sqlite"
    _database["CONN_MAX_AGE"] = 600
    _database["OPTIONS"] = {
        # A writer locks the file when it begins: two of them then wait instead of failing half-way.
        "transaction_mode": "IMMEDIATE",
        # For writers without our write lock, such as a shell or a backup. With our lock it is less than 5 seconds.
        "timeout": 2,
        # Each thread's connection has a cache of its own, 2 MB by default, while the system caches the file for all of them.
        # A writer copies the log into the file, and syncs both, when the log has 4,000 pages (16 MB). With 1,000, the
        # default, it was one write of a hundred that took so long, and those behind it in the line.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-500; "
            "PRAGMA wal_autocheckpoint=4000;"
        ),
    }
else:
    _database["ENGINE"] = "config.postgresql"
    _database["OPTIONS"] = {
        **_database.get("OPTIONS", {}),
        "connect_timeout": 3,
        # Detect a host that vanished without closing its connections.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        # Statements by hand are prepared when a connection executes them again, and planned once.
        "prepare_threshold": 1 if DATABASE_PREPARE else None,
        "options": (
            f"-c statement_timeout={DATABASE_STATEMENT_SECONDS * 1000} -c lock_timeout=2000 "
            "-c idle_in_transaction_session_timeout=10000 -c plan_cache_mode=force_generic_plan"
        ),
    }
    _database["CONN_MAX_AGE"] = 0  # At the end of a request it returns to the pool.
    # They need a dedicated connection, which a pooler (PgBouncer) does not give.
    _database["DISABLE_SERVER_SIDE_CURSORS"] = True
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHE_URL = read.text(
    "CACHE_URL",
    "",
    "((?i:rediss?):.*)?",
    need="empty or an address such as redis://127.0.0.1:6379/0",
)
# What one process counts for itself, and the fallback when the shared cache does not answer.
_local_cache = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "local",
    "OPTIONS": {"MAX_ENTRIES": 20_000},
}
CACHES: dict[str, dict[str, Any]] = {"default": _local_cache, "local": _local_cache}
if CACHE_URL:
    CACHES["default"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "flyers-bff",
        "OPTIONS": {"socket_timeout": 0.1, "socket_connect_timeout": 0.1, "max_connections": 64},
    }

# --- People ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["accounts.passwords.BoundedArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "username", "first_name", "last_name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.passwords.MaximumLength"},
]

# The first key signs access and refresh tokens; all of them verify.
JWT_KEYS: list[str] = [
    read.secret("JWT_SIGNING_KEY"),
    *read.value(
        "JWT_PREVIOUS_KEYS",
        read.env.list,
        [],
        need="empty, or comma-separated secrets of at least 32 characters",
        valid=lambda v: all(len(key.encode()) >= 32 for key in v),
    ),
]
if SECRET_KEY in JWT_KEYS:
    read.stop("JWT_SIGNING_KEY must differ from SECRET_KEY (whoever learns one must not hold both).")

# The cookies of the refresh token and of a known device. Browsers take SameSite=None only with Secure, on localhost too.
REFRESH_COOKIE_SAMESITE: Any = read.choice("REFRESH_COOKIE_SAMESITE", "Strict", "Strict", "Lax", "None")
REFRESH_COOKIE_SECURE = not DEBUG or REFRESH_COOKIE_SAMESITE == "None"

# Cookies of the admin site.
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/admin/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "config.errors.permission_denied"
CSRF_TRUSTED_ORIGINS = [read.origin(PUBLIC_URL)]

PASSWORD_RESET_TIMEOUT = 1_800
PASSWORD_RESET_URL = read.text(
    "PASSWORD_RESET_URL",
    "http://localhost:5173/#/reset/{token}",
    r"https?://\S*\{token\}\S*",
    need="an address with {token} in it, such as https://app.example/#/reset/{token}",
)

# --- E-mail ---------------------------------------------------------------------------------------

_email = read.value(
    "EMAIL_URL",
    read.env.email_url,
    "smtp://localhost:25",
    need="an address such as smtp+tls://user:password@host:587 or consolemail://",
    valid=lambda v: bool(v.get("EMAIL_BACKEND")),
)
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _email["EMAIL_HOST"] or "localhost", _email["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_USER"] or "", _email["EMAIL_HOST_PASSWORD"] or ""
EMAIL_FILE_PATH = _email["EMAIL_FILE_PATH"] or None
EMAIL_USE_TLS, EMAIL_USE_SSL = _email.get("EMAIL_USE_TLS", False), _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = SERVER_EMAIL = read.text(
    "EMAIL_FROM",
    "Flyers BFF <noreply@localhost>",
    r"[^\r\n]*[^@\s<>]+@[^@\s<>]+>?",
    need="an e-mail address such as Flyers BFF <noreply@flyers.example>",
)

# --- Limits ---------------------------------------------------------------------------------------

THROTTLE_AUTH = read.rate("THROTTLE_AUTH", "10/min")
THROTTLE_ANON = read.rate("THROTTLE_ANON", "120/min")
THROTTLE_USER = read.rate("THROTTLE_USER", "600/min")

# --- Upstream services ----------------------------------------------------------------------------

FLYERS_API_OFFERS = read.choice("FLYERS_API_OFFERS", "all", "all", "feed")
(
    FLYERS_API_URL,
    FLYERS_API_TOKEN,
    FLYERS_FRESH_SECONDS,
    FLYERS_STALE_SECONDS,
    FLYERS_DEADLINE_SECONDS,
    FLYERS_MAX_CONCURRENCY,
) = read.upstream(
    "FLYERS",
    service="the flyer service",
    default_url="http://127.0.0.1:9000",
    needs_token=FLYERS_API_OFFERS == "all",
)
FLYERS_SNAPSHOT_MAX_ITEMS, FLYERS_SNAPSHOT_SECONDS = read.snapshot("FLYERS")
FLYERS_DEFAULT_LAT = read.number("FLYERS_DEFAULT_LAT", 40.4168, -90, 90)
FLYERS_DEFAULT_LNG = read.number("FLYERS_DEFAULT_LNG", -3.7038, -180, 180)
FLYERS_LOCATION_DECIMALS = read.integer("FLYERS_LOCATION_DECIMALS", 2, 0, 6)
FLYERS_CHECK_AT_START = read.value("FLYERS_CHECK_AT_START", read.env.bool, default=True, need="True or False")
(
    TMDB_API_URL,
    TMDB_API_TOKEN,
    TMDB_FRESH_SECONDS,
    TMDB_STALE_SECONDS,
    TMDB_DEADLINE_SECONDS,
    TMDB_MAX_CONCURRENCY,
) = read.upstream(
    "TMDB", service="TMDb", default_url="https://api.themoviedb.org", switch="API_TOKEN", max_stale=86_400
)
TMDB_LANGUAGE = read.text(
    "TMDB_LANGUAGE", "en-US", "[a-z]{2}(-[A-Z]{2})?", need="a language such as en-US or pt-BR"
)
TMDB_IMAGE_URL = read.http_url("TMDB_IMAGE_URL", "https://image.tmdb.org/t/p")
if TMDB_API_TOKEN:
    INSTALLED_APPS.append("movies_proxy")
(
    STORE_API_URL,
    STORE_API_TOKEN,
    STORE_FRESH_SECONDS,
    STORE_STALE_SECONDS,
    STORE_DEADLINE_SECONDS,
    STORE_MAX_CONCURRENCY,
) = read.upstream(
    # It is asked for everything at once, and so for little else.
    "STORE",
    service="the store",
    switch="API_URL",
    max_concurrency=4,
)
STORE_SNAPSHOT_MAX_ITEMS, STORE_SNAPSHOT_SECONDS = read.snapshot("STORE")
STORE_CURRENCY = read.text(
    "STORE_CURRENCY", "USD", "[A-Z]{3}", need="a currency by its three letters, such as EUR"
)
if STORE_API_URL:
    INSTALLED_APPS.append("products_proxy")
# Threads that may wait for the calls of others. With those that call they leave a third of all threads to cache hits,
# sign-in, favorites and health, whatever upstream does.
MAX_WAITERS = THREADS * 2 // 3 - sum(read.upstreams.values())
if MAX_WAITERS < 1:
    _calls = " + ".join(f"{name}_MAX_CONCURRENCY" for name in read.upstreams)
    read.stop(
        f"THREADS must be more than one and a half times {_calls}: "
        "who waits for upstream may hold two thirds of the threads, calls and those who wait for the calls of others together."
    )

# --- The place whose time people book ---------------------------------------------------------------

RESERVATIONS_TIME_ZONE = read.time_zone("RESERVATIONS_TIME_ZONE", "UTC")

# --- The single-page app --------------------------------------------------------------------------

CORS_ALLOWED_ORIGINS: list[str] = read.value(
    "CORS_ALLOWED_ORIGINS",
    read.env.list,
    ["http://localhost:5173"],
    need="a comma-separated list of origins such as https://app.example, without a path",
    valid=lambda v: all(re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", origin) for origin in v),
)
# Pages that may sign people in: the app's, and Swagger UI on our own origin.
OWN_ORIGINS = frozenset([*CORS_ALLOWED_ORIGINS, read.origin(PUBLIC_URL)])
CORS_ALLOW_CREDENTIALS = True
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
CORS_ALLOW_HEADERS = [
    *("accept", "authorization", "content-type", "idempotency-key", "if-none-match", "x-request-id"),
]
CORS_EXPOSE_HEADERS = [
    *("ETag", "Link", "Retry-After", "X-Request-ID", "X-Cache", "X-Library-Version", "Age", "Server-Timing"),
]
CORS_PREFLIGHT_MAX_AGE = 7200

# --- HTTP -----------------------------------------------------------------------------------------

# A redirect loses the body of a POST: config.middleware.Routing serves both spellings instead.
APPEND_SLASH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
SECURE_HSTS_SECONDS = 0 if DEBUG else 31_536_000
SILENCED_SYSTEM_CHECKS = [
    "auth.E003",  # unique=True on the e-mail address: one_person_per_email is stricter, whatever the case
    "security.W001",  # config.middleware.EveryRequest does the work of Django's SecurityMiddleware
    "security.W002",  # and of its XFrameOptionsMiddleware.
    # config.middleware.Routing has the admin site's requests, and no others, pass through these:
    "security.W003",  # CsrfViewMiddleware
    "admin.E408",  # AuthenticationMiddleware
    "admin.E409",  # MessageMiddleware
    "admin.E410",  # SessionMiddleware
]
STATIC_URL = "/static/"
# Assets of Swagger UI and the admin are served from the packages; nothing to collect on a fresh clone.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.BearerToken"],
    "DEFAULT_RENDERER_CLASSES": ["config.renderers.JSON"],
    "DEFAULT_PARSER_CLASSES": ["config.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "config.schema.Operation",
    "DEFAULT_THROTTLE_CLASSES": ["accounts.throttles.WriteThrottle"],
    "EXCEPTION_HANDLER": "config.errors.answer_exception",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    # OPTIONS is for CORS alone; the schema describes the routes.
    "DEFAULT_METADATA_CLASS": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Flyers BFF",
    "VERSION": "1",
    "DESCRIPTION": (
        "Local flyers (events, nightlife, services) for a single-page app: browse and search them, keep favorites, "
        "follow creators, share a list. Every route answers with and without its last slash."
        + (
            " Movies and TV are those of TMDb. This product uses TMDB and the TMDB APIs but is not endorsed, certified, or "
            "otherwise approved by TMDB. Where a title can be watched is known from JustWatch."
            if TMDB_API_TOKEN
            else ""
        )
        + (
            " Products are those of a store; prices are decimal numbers as text, and administrators write."
            if STORE_API_URL
            else ""
        )
    ),
    "OAS_VERSION": "3.1.1",
    "SERVERS": [{"url": PUBLIC_URL}],
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # Of what is kept; lines of carts don't expire.
    "ENUM_NAME_OVERRIDES": {
        "AvailabilityEnum": ["live", "expired", "gone", "unknown"],
        "DecisionEnum": ["approve", "reject"],
        "AnswerEnum": ["accept", "reject"],
    },
    "PATH_CONVERTER_OVERRIDES": {"id": {"type": "integer", "minimum": 1, "maximum": MAX_ID}},
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "refreshCookie": {
                "type": "apiKey",
                "in": "cookie",
                "name": "refresh_token",
                "description": "Set by `POST auth/login/`; the browser sends it by itself and no script sees it.",
            }
        }
    },
    "PREPROCESSING_HOOKS": ["config.schema.leave_out_alias"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.schema.add_errors",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": True, "displayRequestDuration": True, "filter": True},
}

LOG_FORMAT = read.choice("LOG_FORMAT", "json", "json", "console")
LOG_LEVEL = read.choice("LOG_LEVEL", "INFO", "DEBUG", "INFO", "WARNING", "ERROR")
LOGGING = configuration(log_format=LOG_FORMAT, level=LOG_LEVEL)
METRICS_TOKEN = read.text(
    "METRICS_TOKEN",
    "",
    r"([!-~]{16,})?",
    need="empty or at least 16 printable ASCII characters without spaces",
)
SENTRY_DSN = read.optional("SENTRY_DSN", package="sentry_sdk", extra="sentry")
OTEL_EXPORTER_OTLP_ENDPOINT = read.optional(
    "OTEL_EXPORTER_OTLP_ENDPOINT", package="opentelemetry.instrumentation.urllib3", extra="otel"
)
if OTEL_EXPORTER_OTLP_ENDPOINT:
    MIDDLEWARE.insert(1, "config.telemetry.Traced")

# --- The rest -------------------------------------------------------------------------------------

TIME_ZONE = "UTC"
USE_I18N = False

read.refuse_misspelt_names()
