"""Neither the text nor the time of an answer reveals who has an account."""

from statistics import median

import pytest

from tests.security.routes import IDS, KINDS, SHELVES

# The mail server of these tests takes a connection and then says nothing: waiting for it would be seen at once.
TRIES = 12


def visible(answer):
    body = answer.json() if answer.body else {}
    body.get("error", {}).pop("request_id", None)
    return answer.status, body


def compare(service, path, known, unknown):
    """Ask with each in turn, so that a slow moment of the machine meets both; return the answers and their times."""
    answers = {"known": [], "unknown": []}
    for number in range(TRIES):
        answers["known"].append(service.request(path, "POST", known(number)))
        answers["unknown"].append(service.request(path, "POST", unknown(number)))
    words = {who: {repr(visible(answer)) for answer in given} for who, given in answers.items()}
    seconds = {who: median(answer.seconds for answer in given) for who, given in answers.items()}
    return words, seconds


def test_a_wrong_password_and_an_unknown_address_are_one_answer(service, alice):
    words, seconds = compare(
        service,
        "/api/v1/auth/login/",
        lambda number: {"email": "alice@flyers.test", "password": f"wrong-{number}"},
        lambda number: {"email": f"nobody{number}@flyers.test", "password": f"wrong-{number}"},
    )

    assert words["known"] == words["unknown"]
    assert 0.5 < seconds["known"] / seconds["unknown"] < 2


def test_asking_for_a_new_password_reveals_nothing(service, alice):
    words, seconds = compare(
        service,
        "/api/v1/auth/password/reset/",
        lambda _: {"email": "alice@flyers.test"},
        lambda number: {"email": f"nobody{number}@flyers.test"},
    )

    assert words["known"] == words["unknown"] == {repr((204, {}))}
    assert abs(seconds["known"] - seconds["unknown"]) < 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_that_nobody_has_is_as_unknown_as_one_that_is_nearly_right(service, alice, kind):
    body = {"list_name": "Mine", "kind": kind}
    shared = service.request("/api/v1/favorites/share/", "POST", body, token=alice).json()["slug"]
    nearly = shared[:-1] + ("a" if shared[-1] != "a" else "b")

    answers = {
        repr(visible(service.request(f"/api/v1/favorites/shared/{slug}/")))
        for slug in (nearly, "mine", shared.upper())
    }

    assert len(answers) == 1
    assert "NOT_FOUND" in answers.pop()


@pytest.mark.usefixtures("booked")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "{}/", None),
        ("PUT", "{}/", {"notes": "mine"}),
        ("DELETE", "{}/", None),
        ("GET", "trades/{}/", None),
        ("POST", "trades/{}/", {"action": "accept"}),
        ("DELETE", "trades/{}/", None),
    ],
)
def test_somebody_elses_reservation_or_swap_is_as_unknown_as_one_that_is_not_there(
    service, alice, method, path, body
):
    answers = [
        visible(service.request("/api/v1/reservations/" + path.format(id_), method, body, token=alice))
        for id_ in (IDS["reservation_id"], 987654321)
    ]

    assert answers[0] == answers[1]
    assert answers[0][0] == 404


@pytest.mark.parametrize("path", SHELVES)
def test_nobody_learns_whether_somebody_else_keeps_a_thing(service, alice, bob, path):
    body = {"rating": 1} if path.endswith("rating/") else None
    service.request(path, "DELETE", token=bob)
    before = [service.request(path, method, token=bob) for method in ("DELETE", "GET")]

    service.request(path, "PUT", body, token=alice)
    after = [service.request(path, method, token=bob) for method in ("DELETE", "GET")]

    if path.endswith("rating/"):  # What everybody thinks is for everybody; who thinks so is not.
        before, after = before[:1], after[:1]
    assert list(map(visible, after)) == list(map(visible, before))
    assert {answer.status for answer in after} == {404}
    assert service.request(path, token=alice).status == 200
