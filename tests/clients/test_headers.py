"""Tests of the parsing of an answer's headers."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients import headers

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 120 ", 120),
        ("9" * 400, 999_999_999),
        ("Fri, 01 May 2026 12:00:30 GMT", 30),
        ("Fri, 01 May 2026 12:00:30", 30),
        ("Fri, 01 May 2026 14:00:30 +0200", 30),
        ("Fri, 01 May 2026 11:00:00 GMT", 0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("\u0667", None),
        ("7, 8", None),
        ("Fri, 99 May 2026 12:00:30 GMT", None),
        ("Fri, 01 May 99999999999 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(value, seconds):
    assert headers.retry_after(value, now=NOON) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("public", None),
        ("max-age=30", 30),
        ("Public, Max-Age=30", 30),
        ('max-age="30"', 30),
        ("max-age=30, s-maxage=10", 10),
        ("max-age=30, max-age=60", 30),
        ("max-age=0", 0),
        ("no-store, max-age=30", 0),
        ("max-age=30, no-cache", 0),
        ("max-age=soon", 0),
        ("max-age=-1", 0),
        ("max-age=" + "9" * 400, 0),
        ("max-age", 0),
    ],
)
def test_an_answer_is_fresh_for_as_long_as_its_cache_control_says(value, seconds):
    assert headers.max_age(value) == seconds


@pytest.mark.parametrize("value", ['"v1"', 'W/"v1"', '""', '"a!#b"'])
def test_a_well_formed_entity_tag_is_accepted(value):
    assert headers.entity_tag(value) == value


@pytest.mark.parametrize(
    "value", [None, "", "v1", '"v1', 'w/"v1"', '"a b"', '"a\n"', '"é"', '"v1", "v2"', f'"{"a" * 300}"']
)
def test_an_entity_tag_that_could_not_be_sent_back_is_dropped(value):
    assert headers.entity_tag(value) is None


@given(st.text() | st.from_regex(r"\w{3}, \d+ \w{3} \d+ \d+:\d+:\d+ \S+"))
def test_no_header_raises(value):
    headers.retry_after(value, now=NOON)
    headers.max_age(value)
    headers.entity_tag(value)
