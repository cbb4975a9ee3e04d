"""Tests of the videos of TMDb's movies: their order, and where they are played."""

import pytest

from clients.tmdb_titles import Video
from tests import payloads_tmdb as payloads


def keys(title):
    return [video.key.strip("_") for video in title.videos]


def video(name, **changes):
    return payloads.video(name.ljust(11, "_"), **changes)


def test_trailers_come_first_then_teasers_in_the_language_asked_for_then_in_english(movie_of):
    results = [
        video("clip-pt", type="Clip", iso_639_1="pt"),
        video("teaser-en", type="Teaser"),
        video("teaser-pt", type="Teaser", iso_639_1="pt"),
        video("other-none", iso_639_1=None),
        video("english"),
        video("other-de", iso_639_1="de"),
        video("asked-for", iso_639_1="pt"),
    ]

    movie = movie_of("pt-BR", videos={"results": results})

    assert keys(movie) == [
        *("asked-for", "english", "other-none", "other-de"),
        *("teaser-pt", "teaser-en", "clip-pt"),
    ]


def test_of_equal_videos_official_ones_come_first_and_then_the_newest(movie_of):
    results = [
        video("newest-fan", official=False, published_at="2025-01-01T00:00:00.000Z"),
        video("unknown", published_at=""),
        video("old", published_at="2016-03-05T02:03:14.000Z"),
        video("newer", published_at="2016-03-05 02:03:15 UTC"),
        video("older", published_at="2016-03-05 02:03:13 UTC"),
        video("null", published_at=None),
    ]

    movie = movie_of(videos={"results": results})

    assert keys(movie) == ["newer", "old", "older", "unknown", "null", "newest-fan"]


def test_a_video_has_the_address_where_it_is_played(movie_of):
    on_vimeo = payloads.video("76979871", site="Vimeo", name="Ma\nking\x00", type="Clip", official=None)

    movie = movie_of(videos={"results": [on_vimeo]})

    assert movie.videos == (
        Video("Ma king", "Vimeo", "76979871", "https://vimeo.com/76979871", "Clip", is_official=False),
    )


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "video",
        {},
        payloads.video("short"),
        payloads.video("aaaaaaaaaa&"),
        payloads.video("aaaaaaaaaaa\n"),
        payloads.video("../../../x/"),
        payloads.video(7),
        payloads.video("aaaaaaaaaaa", site="Vimeo"),
        payloads.video(site="youtube.evil.example"),
        payloads.video(site=None),
        payloads.video(official="yes"),
    ],
    ids=range(12),
)
def test_a_video_that_can_not_be_played_is_left_out(movie_of, bad):
    assert keys(movie_of(videos={"results": [bad, video("good"), video("good")]})) == ["good"]


def test_no_more_videos_than_anyone_watches(movie_of):
    results = [video(f"clip-{number}", type="Clip") for number in range(99)]

    movie = movie_of(videos={"results": [*results, video("trailer")]})

    assert len(movie.videos) == 20
    assert keys(movie)[0] == "trailer"
