"""A wrong secret, cookie or mail setting stops the start with one sentence, which shows no value."""

import os
import subprocess
import sys

import pytest

LONG = "a-value-of-the-tests-that-is-long-enough"
GOOD = {
    "SECRET_KEY": LONG,
    "JWT_SIGNING_KEY": f"{LONG}-as-well",
    "FLYERS_API_TOKEN": "a-key",
}
SHOW = "from config.settings import *; print(({}))"


def start(show="DEBUG", **environment):
    """Import the settings in a process of their own; return what it printed and what it complained about."""
    known = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", SHOW.format(show)],
        env=known | GOOD | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip(), done.stderr


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("JWT_SIGNING_KEY", "", "JWT_SIGNING_KEY must be set to a secret of at least 32 characters"),
        ("JWT_SIGNING_KEY", "short", "JWT_SIGNING_KEY must be set to a secret of at least 32 characters"),
        ("JWT_SIGNING_KEY", LONG, "JWT_SIGNING_KEY must differ from SECRET_KEY"),
        ("JWT_PREVIOUS_KEYS", LONG, "JWT_SIGNING_KEY must differ from SECRET_KEY"),
        ("JWT_PREVIOUS_KEYS", "short", "JWT_PREVIOUS_KEYS must be empty, or comma-separated secrets"),
        ("REFRESH_COOKIE_SAMESITE", "none", "REFRESH_COOKIE_SAMESITE must be one of Strict, Lax, None"),
        (
            "PASSWORD_RESET_URL",
            "https://app.example/reset",
            "PASSWORD_RESET_URL must be an address with {token}",
        ),
        ("PASSWORD_RESET_URL", "javascript:{token}", "PASSWORD_RESET_URL must be an address with {token}"),
        ("EMAIL_URL", "pigeon://roof", "EMAIL_URL must be an address such as"),
        ("EMAIL_URL", "smtp://host:port", "EMAIL_URL must be an address such as"),
        ("EMAIL_FROM", "nobody", "EMAIL_FROM must be an e-mail address"),
        ("EMAIL_FROM", "A <a@b.test>\nBcc: eve@evil.test", "EMAIL_FROM must be an e-mail address"),
        ("THROTTLE_AUTH", "ten/min", "THROTTLE_AUTH must be a rate such as 10/min"),
        ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES must be a whole number from 0 to 10"),
        ("DEBUG", "maybe", "DEBUG must be True or False."),
        ("DEBUG", "Flase", "DEBUG must be True or False."),
        *(
            ("ALLOWED_HOSTS", hosts, "ALLOWED_HOSTS must be host names separated by commas, such as")
            for hosts in (
                "http://flyers.example",
                "flyers.example:8000",
                "flyers.example/api",
                "flyers.example, www.flyers.example",
                "flyers.example www.flyers.example",
                " ",
                "*.flyers.example",
                "..flyers.example",
                "flyers_bff",
                "user@flyers.example",
                "::1",
            )
        ),
        (
            "FLYERS_API_TOKN",
            "a-secret",
            "FLYERS_API_TOKN is no setting of this service; did you mean FLYERS_API_TOKEN?",
        ),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_sentence(name, value, sentence):
    printed, complaint = start(**{name: value})

    assert printed == ""
    assert complaint.startswith(f"flyers-bff cannot start: {sentence}")
    assert complaint.count("\n") == 1
    assert not value or len(value) < 10 or value not in complaint


@pytest.mark.parametrize(
    ("word", "debug"),
    [("True", True), ("1", True), ("yes", True), ("FALSE", False), ("0", False), ("off", False), ("", False)],
)
def test_debug_is_true_or_false(word, debug):
    assert start(DEBUG=word)[0] == str(debug)


@pytest.mark.parametrize(
    "hosts", ["*", "localhost,127.0.0.1,[::1]", ".flyers.example,FLYERS.example,a-b.c1.example", ""]
)
def test_this_service_answers_to_host_names_and_patterns_of_them(hosts):
    assert start("','.join(ALLOWED_HOSTS)", ALLOWED_HOSTS=hosts)[0] == hosts


@pytest.mark.parametrize(
    ("debug", "same_site", "secure"),
    [("False", "Strict", True), ("True", "Strict", False), ("True", "Lax", False), ("True", "None", True)],
)
def test_the_cookie_is_secure_in_production_and_wherever_browsers_want_it(debug, same_site, secure):
    assert start("REFRESH_COOKIE_SECURE", DEBUG=debug, REFRESH_COOKIE_SAMESITE=same_site)[0] == str(secure)


@pytest.mark.parametrize(
    ("public_url", "origin"),
    [
        ("https://BFF.example", "https://bff.example"),
        ("https://bff.example:443/", "https://bff.example"),
        ("https://bff.example:8443/prefix", "https://bff.example:8443"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_our_own_pages_are_known_by_the_origin_that_browsers_write(public_url, origin):
    shown = start("sorted(OWN_ORIGINS)", PUBLIC_URL=public_url, CORS_ALLOWED_ORIGINS="https://app.example")[0]

    assert shown == str(sorted(["https://app.example", origin]))


def test_letters_leave_as_the_address_of_the_mail_server_says():
    show = "EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_USE_TLS, EMAIL_TIMEOUT"

    assert start(show, EMAIL_URL="smtp+tls://me:p%40ss@mail.example:587")[0] == str(
        ("django.core.mail.backends.smtp.EmailBackend", "mail.example", 587, "me", "p@ss", True, 5)
    )


def test_keys_that_were_used_before_only_verify():
    previous = f"{LONG}-before"

    assert start("JWT_KEYS", JWT_PREVIOUS_KEYS=previous)[0] == str([f"{LONG}-as-well", previous])


@pytest.mark.parametrize(
    ("threads", "calls", "movies", "starts"),
    [
        ("64", "42", "", False),
        ("64", "41", "", True),
        ("3", "1", "", True),
        ("64", "30", "a-token", False),  # 12 calls to the movie service count, too
        ("64", "29", "a-token", True),
    ],
)
def test_calls_and_those_who_wait_for_them_leave_a_third_of_the_threads(threads, calls, movies, starts):
    printed, complaint = start(
        "MAX_WAITERS", THREADS=threads, FLYERS_MAX_CONCURRENCY=calls, TMDB_API_TOKEN=movies
    )

    assert (printed, complaint == "") == (("1", True) if starts else ("", False))
    if not starts:
        assert complaint.startswith("flyers-bff cannot start: THREADS must be more than one and a half times")
