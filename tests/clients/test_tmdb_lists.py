"""Tests of TMDb's lists: titles of them, and what they break of their promises."""

from datetime import date

import pytest

from clients import errors
from clients.tmdb import DiscoverQuery, RecommendationsQuery, SearchQuery, TrendingQuery
from clients.tmdb_titles import Title, Vote
from tests import payloads_tmdb as payloads
from tests.clients.answers import TMDB

MOVIES, SHOWS = f"{TMDB}/3/discover/movie", f"{TMDB}/3/discover/tv"


@pytest.fixture
def movies_of(wire, tmdb):
    """Return the page that is made of a document, asked for as page 1 in English unless told otherwise."""

    def ask(document, *, number=1, language="en-US"):
        wire.get(MOVIES, json=document)
        return tmdb.discover("movie", DiscoverQuery(language=language), number).value

    return ask


@pytest.fixture
def listed(movies_of):
    """Return the title that is made of a movie of this shape."""

    def ask(language="en-US", **changes):
        return movies_of(payloads.page(payloads.movie(605, **changes)), language=language).results[0]

    return ask


def test_a_movie_becomes_our_type_and_unknown_fields_end_there(listed):
    assert listed(secret_margin=12) == Title(
        kind="movie",
        id=605,
        title="Movie 605",
        original_title="Movie 605",
        original_language="en",
        is_translated=True,
        overview="A programmer learns what is real.",
        release_date=date(1999, 3, 31),
        poster="/poster605.jpg",
        backdrop="/backdrop605.jpg",
        genre_ids=(28, 878),
        vote=Vote(8.2, 24000),
    )


def test_a_show_of_the_same_number_is_another_title_in_the_same_type(wire, tmdb):
    wire.get(SHOWS, json=payloads.page(payloads.show(605, name="Dark", original_name="Dunkel")))

    (show,) = tmdb.discover("tv", DiscoverQuery(), 1).value.results

    assert (show.kind, show.id, show.title, show.original_title) == ("tv", 605, "Dark", "Dunkel")
    assert show.release_date == date(2008, 1, 20)


@pytest.mark.parametrize(
    ("path", "ask"),
    [
        ("search/movie", lambda tmdb: tmdb.search("movie", SearchQuery(text="x"), 1)),
        ("trending/movie/day", lambda tmdb: tmdb.list_trending("movie", TrendingQuery(), 1)),
        (
            "movie/7/recommendations",
            lambda tmdb: tmdb.list_recommendations("movie", RecommendationsQuery(title_id=7), 1),
        ),
    ],
)
def test_every_list_is_of_the_same_titles(wire, tmdb, path, ask):
    wire.get(f"{TMDB}/3/{path}", json=payloads.page(payloads.movie(605, media_type="movie")))

    assert [(title.kind, title.id) for title in ask(tmdb).value.results] == [("movie", 605)]


@pytest.mark.parametrize(
    ("total_pages", "total_results", "count"),
    [
        (1, 15, 15),
        (38_020, 760_392, 10_000),
        (500, 9_999, 9_999),
        (500, 20_000, 10_000),
        (2, 90, 40),
        (0, 0, 0),
    ],
)
def test_the_count_is_what_can_be_paged_through(movies_of, total_pages, total_results, count):
    page = movies_of(payloads.page(total_pages=total_pages, total_results=total_results))

    assert page.count == count


def test_a_page_past_the_last_is_empty(movies_of):
    page = movies_of(payloads.page(number=9, total_pages=2, total_results=31), number=9)

    assert (page.results, page.count, page.left_out) == ((), 31, 0)


def test_a_title_that_comes_twice_on_a_page_is_shown_once_and_not_counted_as_left_out(movies_of):
    twice = payloads.movie(2, title="Again")
    page = movies_of(payloads.page(payloads.movie(1), payloads.movie(2), payloads.movie(3), twice))

    assert [title.title for title in page.results] == ["Movie 1", "Movie 2", "Movie 3"]
    assert page.left_out == 0


# --- What is missing, or written in another way ------------------------------------------------------


@pytest.mark.parametrize(
    "written", ["", None, "soon", "1999", "1999-02-30", "0000-00-00", "19990331", "1999-W13-3", 1999]
)
def test_a_date_that_is_none_is_none(listed, written):
    assert listed(release_date=written).release_date is None


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "/",
        "/..",
        "/../secret",
        "/a/b.jpg",
        "abc.jpg",
        "//evil.example/a.jpg",
        "https://evil.example/a.jpg",
        "/a b.jpg",
        '/a".jpg',
        "/a.jpg?x=1",
        "/a.jpg\n",
        "/ä.jpg",
        "/" + "a" * 101,
        7,
        {},
    ],
)
def test_a_picture_that_is_none_is_none(listed, written):
    title = listed(poster_path=written, backdrop_path=written)

    assert (title.poster, title.backdrop) == (None, None)


def test_a_picture_is_the_name_that_the_picture_host_knows(listed):
    assert listed(poster_path="/8Rh-_x.v2.jpg").poster == "/8Rh-_x.v2.jpg"


@pytest.mark.parametrize(
    ("written", "understood"),
    [({}, ()), (None, ()), ([], ()), ([28, "18", 0, 2**31, 28, None, 878], (28, 878)), ("28", ())],
    ids=str,
)
def test_genres_that_are_none_are_left_out(listed, written, understood):
    assert listed(genre_ids=written).genre_ids == understood


def test_a_whole_number_is_a_rating(listed):
    average = listed(vote_average=8).vote.average

    assert (average, type(average)) == (8.0, float)


def test_a_title_of_which_only_the_least_is_known_is_shown(movies_of):
    (title,) = movies_of(payloads.page({"id": 7, "title": "Jazz"})).results

    assert (title.title, title.original_title, title.overview) == ("Jazz", "Jazz", "")
    assert (title.release_date, title.poster, title.genre_ids) == (None, None, ())
    assert title.vote == Vote(0.0, 0)


def test_nulls_are_taken_as_missing(listed):
    title = listed(overview=None, title=None, vote_average=None, vote_count=None, original_language=None)

    assert (title.title, title.overview, title.vote) == ("Movie 605", "", Vote(0.0, 0))


def test_texts_are_cleaned_and_cut(listed):
    title = listed(
        title=" Ja\x00zz\n\u202enow" + "!" * 400, original_title="\ud800x", overview="a\u2028b" + "c" * 6000
    )

    assert title.title.startswith("Jazz now!!")
    assert len(title.title) <= 300
    assert title.original_title == "x"
    assert title.overview.startswith("a\nbc")
    assert len(title.overview) == 5000


@pytest.mark.parametrize(
    ("language", "changes", "title", "is_translated"),
    [
        ("pt-BR", {"title": "Filme", "overview": "Um programador."}, "Filme", True),
        ("pt-BR", {"title": "Filme", "overview": ""}, "Filme", False),
        ("pt-BR", {"title": "", "overview": "Um programador."}, "Movie 605", False),
        ("pt-BR", {"title": "", "overview": ""}, "Movie 605", False),
        ("pt-BR", {"title": "Movie 605", "overview": ""}, "Movie 605", False),
        ("en-US", {"overview": ""}, "Movie 605", True),
        ("en", {"title": "", "overview": ""}, "Movie 605", True),
        ("en-US", {"overview": "", "original_language": ""}, "Movie 605", False),
        ("en-US", {"overview": "Text.", "original_language": "xxxx"}, "Movie 605", True),
    ],
)
def test_whether_a_title_is_translated(listed, language, changes, title, is_translated):
    found = listed(language, **changes)

    assert (found.title, found.is_translated) == (title, is_translated)
    assert found.overview == changes["overview"]


# --- What is no title --------------------------------------------------------------------------------

BAD_MOVIES = [
    "no movie",
    None,
    [],
    {},
    payloads.movie(0),
    payloads.movie(-1),
    payloads.movie(2**31),
    payloads.movie(10**400),
    payloads.movie("7"),
    payloads.movie(7.5),
    payloads.movie(True),
    payloads.movie(title="", original_title=""),
    payloads.movie(title=None, original_title="\x00 \u200b"),
    payloads.movie(title=7),
    payloads.movie(overview=[]),
    payloads.movie(vote_average=10.1),
    payloads.movie(vote_average=-1),
    payloads.movie(vote_count=-1),
    payloads.movie(vote_count=1.5),
    payloads.movie(media_type="tv"),
    payloads.movie(media_type="person"),
    payloads.movie(media_type="collection"),
    payloads.movie(media_type={}),
    payloads.show(7),
]


@pytest.mark.parametrize("bad", BAD_MOVIES, ids=range(len(BAD_MOVIES)))
def test_what_is_no_movie_is_left_out_of_its_page_and_counted(movies_of, bad):
    page = movies_of(payloads.page(payloads.movie(1), bad, payloads.movie(2), total_results=15))

    assert [title.id for title in page.results] == [1, 2]
    assert (page.count, page.left_out) == (15, 1)


def test_a_page_of_nothing_but_unfit_titles_is_a_failure_and_not_an_empty_page(movies_of):
    with pytest.raises(errors.UpstreamMalformedError, match="fit to show"):
        movies_of(payloads.page({}, payloads.movie(7, media_type="tv")))


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        "page",
        7,
        {},
        {"results": []},
        payloads.page(total_results=None),
        payloads.page(total_results=-1),
        payloads.page(total_pages="1"),
        payloads.page(results={}),
        payloads.page(results=None),
        payloads.page(payloads.movie(1), number=2),
        payloads.page(*map(payloads.movie, range(1, 22))),
    ],
    ids=range(13),
)
def test_what_is_not_the_page_asked_for_is_malformed(movies_of, wrong):
    with pytest.raises(errors.UpstreamMalformedError):
        movies_of(wrong)
