"""Types of what TMDb gives: movies and shows, in lists and in full.

They are an allow-list, and all values are clean: texts hold nothing invisible and are cut, pictures are the file names
that the service's picture host knows ("/abc.jpg"), ids are in range. A work is named by kind and id: movie 605 and show
605 are different works.
"""

from datetime import date
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

# Past it TMDb fails instead of finding nothing.
MAX_TMDB_ID: Final = 2**31 - 1

Kind = Literal["movie", "tv"]  # the words of the service's paths
Id = Annotated[int, Meta(ge=1, le=MAX_TMDB_ID)]
Count = Annotated[int, Meta(ge=0, le=MAX_TMDB_ID)]
Average = Annotated[float, Meta(ge=0, le=10)]


class Genre(Struct, frozen=True):
    """A genre; its name is in the language asked for."""

    id: Id
    name: str


class Vote(Struct, frozen=True):
    """What the service's users think of a title: 0.0 of 0 votes if nobody has voted."""

    average: Average
    count: Count


class Title(Struct, frozen=True, kw_only=True):
    """A movie or a show as lists give it.

    ``is_translated`` is false if the service lacks title or overview in the language asked for, and that is not the
    language of the original; then the original title stands for the title, and the overview may be empty.
    """

    kind: Kind
    id: Id
    title: str
    original_title: str
    original_language: str  # two letters, empty if unknown
    is_translated: bool
    overview: str
    release_date: date | None  # of a show: of its first episode
    poster: str | None
    backdrop: str | None
    genre_ids: tuple[int, ...]
    vote: Vote


class Video(Struct, frozen=True):
    """A video on YouTube or Vimeo; ``type`` is Trailer, Teaser, Clip and the like."""

    name: str
    site: str
    key: str
    url: str
    type: str
    is_official: bool


class Company(Struct, frozen=True):
    """A network that shows, or a provider that offers."""

    id: Id
    name: str
    logo: str | None


class Offers(Struct, frozen=True):
    """Who offers a title in one region, by JustWatch, which must be named; ``link`` is a page about it."""

    link: str | None
    stream: tuple[Company, ...]
    rent: tuple[Company, ...]
    buy: tuple[Company, ...]


class CastMember(Struct, frozen=True):
    """Who plays whom."""

    id: Id
    name: str
    character: str
    picture: str | None


class CrewMember(Struct, frozen=True):
    """Who did what."""

    id: Id
    name: str
    job: str
    picture: str | None


class Credits(Struct, frozen=True):
    """The people of a title: the cast in its order, the crew with those first who are asked for most."""

    cast: tuple[CastMember, ...]
    crew: tuple[CrewMember, ...]


class TitleDetail(Title, frozen=True, kw_only=True):
    """A movie in full; ``videos`` in the order to offer them, ``providers`` by region (``"BR"``)."""

    genres: tuple[Genre, ...]
    tagline: str
    status: str
    runtime_minutes: int | None  # of a show: of an episode
    countries: tuple[str, ...]  # where it was produced, ISO 3166-1
    videos: tuple[Video, ...]
    providers: dict[str, Offers]
    credits: Credits
    imdb_id: str | None


class Episode(Struct, frozen=True):
    """An episode that is announced; season 0 holds the specials."""

    season: Count
    number: Count
    name: str
    air_date: date | None


class ShowDetail(TitleDetail, frozen=True, kw_only=True):
    """A show in full; ``seasons`` and ``episodes`` say how many there are."""

    seasons: Count
    episodes: Count
    in_production: bool
    next_episode: Episode | None
    networks: tuple[Company, ...]
