"""deploy: what nginx keeps of our answers, and what it never keeps."""

import gzip

DISCOVER = "/api/v1/flyers/discover/?limit=5&page="


def test_an_anonymous_read_is_kept_as_long_as_our_cache_control_says(cluster):
    first = cluster.ask("GET", DISCOVER + "1")
    again = cluster.ask("GET", DISCOVER + "1", X_Request_ID="again")

    assert (first.status, first.header("X-Cache")) == (200, "MISS")
    assert first.header("Cache-Control").startswith("public, max-age=")
    assert (again.body, again.header("X-Cache")) == (first.body, "HIT")
    assert again.header("X-Request-ID") == "again"
    assert again.header("Server-Timing") is None
    assert [visit["host"] for visit in cluster.nginx.visits("again")] == [""]


def test_a_signed_in_read_is_neither_answered_from_nginx_nor_kept_there(cluster):
    token = cluster.sign_in()
    before = cluster.ask("GET", DISCOVER + "2").json()

    mine = cluster.ask("GET", DISCOVER + "2", token=token, X_Request_ID="mine")
    after = cluster.ask("GET", DISCOVER + "2").json()

    assert mine.header("Cache-Control") == "private, no-cache"
    assert [flyer["is_favorited"] for flyer in mine.json()["results"]] == [False] * 5
    assert cluster.nginx.visits("mine")[0]["cache"] == "BYPASS"
    assert before == after
    assert [flyer["is_favorited"] for flyer in after["results"]] == [None] * 5


def test_a_read_with_a_cookie_goes_to_the_service(cluster):
    cluster.ask("GET", DISCOVER + "3")

    cluster.ask("GET", DISCOVER + "3", Cookie="refresh_token=anything", X_Request_ID="cookie")

    assert cluster.nginx.visits("cookie")[0]["cache"] == "BYPASS"


def test_each_origin_gets_its_own_permission(cluster):
    app = cluster.ask("GET", DISCOVER + "4", Origin="http://localhost:5173")
    stranger = cluster.ask("GET", DISCOVER + "4", Origin="https://stranger.example")
    app_again = cluster.ask("GET", DISCOVER + "4", Origin="http://localhost:5173")

    assert app.header("Access-Control-Allow-Origin") == "http://localhost:5173"
    assert stranger.header("Access-Control-Allow-Origin") is None
    assert app_again.header("X-Cache") == "HIT"
    assert app_again.header("Access-Control-Allow-Origin") == "http://localhost:5173"


def test_an_error_is_not_kept(cluster):
    missing = cluster.ask("GET", "/api/v1/flyers/999999/")
    again = cluster.ask("GET", "/api/v1/flyers/999999/", X_Request_ID="missing-again")

    assert (missing.status, again.status) == (404, 404)
    assert cluster.nginx.visits("missing-again")[0]["cache"] == "MISS"


def test_json_is_compressed_and_either_spelling_of_its_etag_is_a_304(cluster):
    plain = cluster.ask("GET", DISCOVER + "5")
    packed = cluster.ask("GET", DISCOVER + "5", Accept_Encoding="gzip")

    assert gzip.decompress(packed.body) == plain.body
    assert packed.header("ETag") == f"W/{plain.header('ETag')}"
    for answer in (plain, packed):
        kept = cluster.ask("GET", DISCOVER + "5", Accept_Encoding="gzip", If_None_Match=answer.header("ETag"))
        assert (kept.status, kept.body) == (304, b"")


def test_no_header_is_there_twice(cluster):
    for answer in (cluster.ask("GET", DISCOVER + "6"), cluster.ask("GET", "/nothing/here")):
        names = [name.lower() for name, _ in answer.headers]
        assert sorted(names) == sorted(set(names))
        assert answer.header("Content-Security-Policy") == "default-src 'none'; frame-ancestors 'none'"
        assert answer.header("Server") == "nginx"
