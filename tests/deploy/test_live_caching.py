"""What nginx caches of our answers, and what it never caches."""

import gzip

DISCOVER = "/api/v1/flyers/discover/?limit=5&page="


def test_an_anonymous_read_is_cached_as_long_as_our_cache_control_says(cluster):
    first = cluster.request("GET", DISCOVER + "1")
    again = cluster.request("GET", DISCOVER + "1", X_Request_ID="again")

    assert (first.status, first.header("X-Cache")) == (200, "MISS")
    assert first.header("Cache-Control").startswith("public, max-age=")
    assert (again.body, again.header("X-Cache")) == (first.body, "HIT")
    assert again.header("X-Request-ID") == "again"
    assert again.header("Server-Timing") is None
    assert [visit["host"] for visit in cluster.nginx.visits("again")] == [""]


def test_a_signed_in_read_is_neither_answered_from_nginx_nor_cached_there(cluster):
    token = cluster.sign_in()
    before = cluster.request("GET", DISCOVER + "2").json()

    mine = cluster.request("GET", DISCOVER + "2", token=token, X_Request_ID="mine")
    after = cluster.request("GET", DISCOVER + "2").json()

    assert mine.header("Cache-Control") == "private, no-cache"
    assert [flyer["is_favorited"] for flyer in mine.json()["results"]] == [False] * 5
    assert cluster.nginx.visits("mine")[0]["cache"] == "BYPASS"
    assert before == after
    assert [flyer["is_favorited"] for flyer in after["results"]] == [None] * 5


def test_a_read_with_a_cookie_goes_to_the_service(cluster):
    cluster.request("GET", DISCOVER + "3")

    cluster.request("GET", DISCOVER + "3", Cookie="refresh_token=anything", X_Request_ID="cookie")

    assert cluster.nginx.visits("cookie")[0]["cache"] == "BYPASS"


def test_each_origin_gets_its_own_permission(cluster):
    app = cluster.request("GET", DISCOVER + "4", Origin="http://localhost:5173")
    stranger = cluster.request("GET", DISCOVER + "4", Origin="https://stranger.example")
    app_again = cluster.request("GET", DISCOVER + "4", Origin="http://localhost:5173")

    assert app.header("Access-Control-Allow-Origin") == "http://localhost:5173"
    assert stranger.header("Access-Control-Allow-Origin") is None
    assert app_again.header("X-Cache") == "HIT"
    assert app_again.header("Access-Control-Allow-Origin") == "http://localhost:5173"


def test_an_error_is_not_cached(cluster):
    missing = cluster.request("GET", "/api/v1/flyers/999999/")
    again = cluster.request("GET", "/api/v1/flyers/999999/", X_Request_ID="missing-again")

    assert (missing.status, again.status) == (404, 404)
    assert cluster.nginx.visits("missing-again")[0]["cache"] == "MISS"


def test_json_is_compressed_and_either_spelling_of_its_etag_is_a_304(cluster):
    plain = cluster.request("GET", DISCOVER + "5")
    packed = cluster.request("GET", DISCOVER + "5", Accept_Encoding="gzip")

    assert gzip.decompress(packed.body) == plain.body
    assert packed.header("ETag") == f"W/{plain.header('ETag')}"
    for answer in (plain, packed):
        unchanged = cluster.request(
            "GET", DISCOVER + "5", Accept_Encoding="gzip", If_None_Match=answer.header("ETag")
        )
        assert (unchanged.status, unchanged.body) == (304, b"")


def test_no_header_is_there_twice(cluster):
    for answer in (cluster.request("GET", DISCOVER + "6"), cluster.request("GET", "/nothing/here")):
        names = [name.lower() for name, _ in answer.headers]
        assert sorted(names) == sorted(set(names))
        assert answer.header("Content-Security-Policy") == "default-src 'none'; frame-ancestors 'none'"
        assert answer.header("Server") == "nginx"
