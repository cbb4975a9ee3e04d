"""The knobs of the bundled flyer service, and their effect on its answers."""

from email.utils import format_datetime
from time import perf_counter

import pytest
import requests

from mock_upstream.flyers.knobs import FlyerKnobs
from mock_upstream.readers import BadValueError
from mock_upstream.server import start
from tests.mock_upstream.conftest import NOW

KNOBS = "/_control"


def turn(caller, **knobs):
    answer = caller.request(KNOBS, "PATCH", json=knobs)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_knobs_need_no_key_and_begin_at_rest(mock):
    answer = requests.get(mock.url + KNOBS, timeout=5)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json() == {
        "latency_ms": 0,
        "jitter_ms": 0,
        "error_rate": 0.0,
        "fail_next": 0,
        "mode": "ok",
        "retry_after": 5,
        "gzip": False,
        "only": "",
        "offers": "all",
        "ignores": [],
        "gone": [],
        "gone_creators": [],
        "added": [],
    }


def test_turning_some_knobs_leaves_the_others_and_delete_resets_all(caller):
    turn(caller, mode="down")
    both = turn(caller, latency_ms=1)

    assert (both["mode"], both["latency_ms"]) == ("down", 1)
    assert caller.request(KNOBS, "DELETE").json()["mode"] == "ok"
    assert caller.feed().status_code == 200


def test_reset_goes_back_to_how_the_service_was_started():
    with start(knobs=FlyerKnobs(mode="down")) as service:
        service.knobs.turn({"mode": "ok"})
        assert service.knobs.reset().mode == "down"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"", "JSON object"),
        (b"[]", "JSON object"),
        (b"[" * 100_000, "JSON object"),
        (b"\xff", "JSON object"),
        (b'{"latncy_ms": 5}', "no such knob: latncy_ms"),
        (b'{"latency_ms": -1}', "latency_ms"),
        (b'{"latency_ms": 60001}', "latency_ms"),
        (b'{"latency_ms": true}', "latency_ms"),
        (b'{"latency_ms": "5"}', "latency_ms"),
        (b'{"jitter_ms": 0.5}', "jitter_ms"),
        (b'{"error_rate": 1.1}', "error_rate"),
        (b'{"error_rate": NaN}', "error_rate"),
        (b'{"error_rate": null}', "error_rate"),
        (b'{"fail_next": -1}', "fail_next"),
        (b'{"mode": "sleepy"}', "maintenance"),
        (b'{"mode": ["ok"]}', "mode"),
        (b'{"retry_after": -1}', "retry_after"),
        (b'{"retry_after": "soon"}', "retry_after"),
        (b'{"retry_after": "5\\r\\nX: y"}', "retry_after"),
        (b'{"only": "api"}', "only"),
        (b'{"only": 5}', "only"),
        (b'{"offers": "nothing"}', "offers"),
        (b'{"ignores": "ids"}', "ignores"),
        (b'{"ignores": ["colour"]}', "categories"),
        (b'{"ignores": [["ids"]]}', "ignores"),
        (b'{"gone": 7}', "gone"),
        (b'{"gone": [0]}', "gone"),
        (b'{"gone_creators": ["7"]}', "gone_creators"),
        (b'{"added": [7]}', "added"),
        (b'{"added": [{"id": 1}]}', "title"),
        (b'{"added": [{"id": 1, "title": " "}]}', "title"),
        (b'{"added": [{"id": 1, "title": "a\\u0000b"}]}', "title"),
        (b'{"added": [{"id": 9223372036854775808, "title": "x"}]}', "id"),
        (b'{"added": [{"id": 1, "title": "x", "colour": "red"}]}', "colour"),
        (b'{"added": [{"id": 1, "title": "x", "valid_until": "tomorrow"}]}', "valid_until"),
        (b'{"added": [{"id": 1, "title": "x", "valid_until": "2030-01-01T00:00:00"}]}', "valid_until"),
    ],
)
def test_a_knob_that_cannot_be_turned_so_is_named_and_nothing_changes(caller, body, named):
    answer = caller.request(KNOBS, "PATCH", data=body)

    assert answer.status_code == 400
    assert named in answer.json()["detail"]
    assert caller.request(KNOBS).json() == FlyerKnobs().as_json() | {
        name: [] for name in ("ignores", "gone", "gone_creators", "added")
    }


def test_all_knobs_are_turned_or_none(caller):
    assert caller.request(KNOBS, "PATCH", json={"mode": "down", "latency_ms": -5}).status_code == 400
    assert caller.request(KNOBS).json()["mode"] == "ok"


def test_control_answers_no_other_method_or_address(caller):
    assert caller.request(KNOBS, "POST").headers["Allow"] == "GET, HEAD, PATCH, DELETE"
    assert caller.request(f"{KNOBS}/requests", "PATCH").headers["Allow"] == "GET, HEAD, DELETE"
    assert caller.request(f"{KNOBS}/health", "DELETE").headers["Allow"] == "GET, HEAD"
    assert caller.request(f"{KNOBS}/knob").status_code == 404
    assert caller.request(f"{KNOBS}/health").json() == {"status": "ok"}


def test_latency_and_jitter_hold_an_answer_back(caller):
    turn(caller, latency_ms=60, jitter_ms=20)
    began = perf_counter()

    answer = caller.feed()

    assert answer.status_code == 200
    assert 0.06 <= perf_counter() - began < 2


def test_an_error_rate_fails_so_many_and_the_same_ones_every_time(caller):
    def statuses():
        turn(caller, error_rate=0.3)
        return [caller.get("flyers/1/").status_code for _ in range(60)]

    first, again = statuses(), statuses()

    assert first == again
    assert set(first) == {200, 500}
    assert 10 < first.count(500) < 26


def test_the_next_so_many_fail_and_then_all_is_well(caller, agrees):
    turn(caller, fail_next=2)

    answers = [caller.get("flyers/1/") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [500, 500, 200, 200]
    agrees("responses/Error/content/application~1json/schema", answers[0].json())


@pytest.mark.parametrize(
    ("mode", "status"), [("down", 503), ("maintenance", 503), ("throttled", 429), ("redirect", 302)]
)
def test_failure_modes_answer_before_anyone_looks_at_the_key(mock, agrees, mode, status):
    mock.knobs.turn({"mode": mode})

    answer = requests.get(f"{mock.url}/api/v1/flyers/1/", timeout=5, allow_redirects=False)

    assert answer.status_code == status
    agrees("responses/Error/content/application~1json/schema", answer.json())


@pytest.mark.parametrize(
    ("retry_after", "header"),
    [(7, "7"), (0, "0"), (format_datetime(NOW, usegmt=True), "Thu, 15 Jan 2026 10:30:00 GMT"), (None, None)],
)
def test_retry_after_is_seconds_a_date_or_left_out(caller, retry_after, header):
    turn(caller, mode="throttled", retry_after=retry_after)

    assert caller.feed().headers.get("Retry-After") == header
    turn(caller, mode="maintenance")
    assert caller.feed().headers.get("Retry-After") == header
    turn(caller, mode="down")
    assert "Retry-After" not in caller.feed().headers


def test_garbage_says_that_it_is_json_and_is_not(caller):
    turn(caller, mode="garbage")

    answer = caller.feed()

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode()


def test_a_web_page_and_a_huge_answer_are_no_flyers_either(caller):
    turn(caller, mode="html")
    page = caller.feed()
    turn(caller, mode="huge")
    huge = caller.feed()

    assert page.headers["Content-Type"].startswith("text/html")
    assert len(huge.content) > 4 * 1024 * 1024
    assert huge.json()["results"] == []


@pytest.mark.parametrize(
    ("mode", "status", "words"),
    [("unreachable", 522, "Error code 522"), ("forbidden", 403, "Verify you are human")],
)
def test_a_proxy_before_the_service_answers_with_its_own_page(caller, mode, status, words):
    turn(caller, mode=mode)

    answer = caller.feed()

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert words in answer.text


def test_knobs_can_be_limited_to_some_paths(caller):
    turn(caller, mode="down", only="/api/v1/users/")

    assert caller.get("users/1/").status_code == 503
    assert caller.get("flyers/1/").status_code == 200


def test_pictures_and_control_stay_well_when_the_service_is_not(caller):
    turn(caller, mode="down", error_rate=1)

    assert caller.request("/media/flyers/1/1.svg").status_code == 200
    assert caller.request(f"{KNOBS}/health").status_code == 200


def test_a_gone_flyer_vanishes_until_the_knobs_are_reset(caller):
    before = caller.feed().json()["count"]
    turn(caller, gone=[365])

    assert caller.get("flyers/365/").status_code == 404
    assert caller.feed().json()["count"] == before - 1
    assert caller.request("/media/flyers/365/1.svg").status_code == 404
    caller.request(KNOBS, "DELETE")
    assert caller.get("flyers/365/").status_code == 200


def test_a_gone_creator_takes_the_flyers_along(caller):
    turn(caller, gone_creators=[7])

    assert caller.get("users/7/").status_code == 404
    assert caller.feed(creators="7").json()["count"] == 0


def test_an_added_flyer_comes_first_with_a_poster_of_its_own(caller, agrees):
    turn(caller, added=[{"id": 9001, "title": "Brass Band in the Lift"}])

    first = caller.feed().json()["results"][0]

    agrees("schemas/Flyer", first)
    assert (first["id"], first["title"]) == (9001, "Brass Band in the Lift")
    assert first["validity"]["is_valid"] is True
    assert "Brass Band" in requests.get(first["images"][0]["url"], timeout=5).text


def test_an_added_flyer_may_replace_another_and_say_when_it_is_valid(caller, agrees):
    sent = {
        "id": 365,
        "title": "All New",
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_until": "2026-01-15T12:00:00+01:00",
    }
    shown = turn(caller, added=[sent])["added"][0]

    flyer = caller.get("flyers/365/").json()

    agrees("schemas/Flyer", flyer)
    assert shown == sent
    assert flyer["title"] == "All New"
    assert flyer["validity"] == {
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_until": "2026-01-15T11:00:00Z",
        "is_valid": True,
    }


def test_an_added_flyer_may_have_ended_or_not_begun(caller):
    turn(
        caller,
        added=[
            {"id": 9001, "title": "Over", "valid_until": "2026-01-15T10:29:59Z"},
            {"id": 9002, "title": "Not yet", "valid_from": "2026-01-15T10:30:01Z"},
        ],
    )

    assert caller.feed(ids="9001,9002").json()["count"] == 0
    assert caller.get("flyers/9001/").json()["validity"]["is_valid"] is False
    assert caller.get("flyers/9002/").json()["validity"]["is_valid"] is False


def test_knobs_are_read_from_the_environment():
    knobs = FlyerKnobs().turned_by(
        {
            "MOCK_LATENCY_MS": "250",
            "MOCK_ERROR_RATE": "0.2",
            "MOCK_MODE": "throttled",
            "MOCK_RETRY_AFTER": "Wed, 21 Oct 2026 07:28:00 GMT",
            "MOCK_ONLY": " ",
            "MOCK_OFFERS": "feed",
        }
    )

    assert knobs == FlyerKnobs(
        latency_ms=250,
        error_rate=0.2,
        mode="throttled",
        retry_after="Wed, 21 Oct 2026 07:28:00 GMT",
        offers="feed",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("MOCK_LATENCY_MS", "fast"), ("MOCK_MODE", "sick"), ("MOCK_ERROR_RATE", "2"), ("MOCK_FAIL_NEXT", "[]")],
)
def test_a_wrong_variable_is_named(name, value):
    with pytest.raises(BadValueError, match=name):
        FlyerKnobs().turned_by({name: value})


# --- ignores ----------------------------------------------------------------------------------------

FILTERS = {
    "categories": {"categories": "food"},
    "search": {"search": "a word that nobody uses"},
    "near_me": {"near_me": "true", "radius": "1"},
    "radius": {"near_me": "true", "radius": "1"},
    "creators": {"creators": "3"},
    "ids": {"ids": "7,8"},
    "page_size": {"page_size": "1"},
    "page": {"page": "2"},
}


@pytest.mark.parametrize(("name", "question"), FILTERS.items(), ids=FILTERS)
def test_a_parameter_can_be_ignored_as_by_a_service_that_does_not_know_it(caller, name, question):
    turn(caller, ignores=[name])

    filtered = caller.feed(**question).json()

    without = caller.feed(**{key: value for key, value in question.items() if key != name}).json()
    assert filtered["results"] == without["results"]
    assert (
        caller.feed(colour="red").status_code == 400
    )  # what the contract does not know is refused as before
