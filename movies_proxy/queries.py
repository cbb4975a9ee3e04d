"""Query parameters of reads of movies and shows; what TMDb can't filter shows by is no parameter of theirs."""

from typing import Any, Final

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clients.tmdb_titles import MAX_TMDB_ID
from proxy.parameters import NOT_BLANK, CommaSeparated, Decimal, Flag, PageQuery, Query, WholeNumber

MAX_LIMIT: Final = 60
# The rows of a list that TMDb lets anybody reach: 500 pages of 20.
MAX_ROWS: Final = 10_000
PAST_THE_END: Final = f"Only the first {MAX_ROWS:,} titles of a list can be shown."
MAX_GENRES: Final = 20

_ORDERS: Final = {
    "movie": (
        "original_title",
        "popularity",
        "primary_release_date",
        "revenue",
        "title",
        "vote_average",
        "vote_count",
    ),
    "tv": ("first_air_date", "name", "original_name", "popularity", "vote_average", "vote_count"),
}


class Code(serializers.RegexField):
    """A code of a few letters, all of them in the right case."""

    def __init__(self, pattern: str, example: str, **kwargs: Any) -> None:
        sentence = f"Give a code such as {example}."
        super().__init__(f"^{pattern}\\Z", required=False, error_messages={"invalid": sentence}, **kwargs)


@extend_schema_field(
    {
        "type": "array",
        "items": {"type": "integer", "minimum": 1, "maximum": MAX_TMDB_ID},
        "minItems": 1,
        "maxItems": MAX_GENRES,
    }
)
class GenreIds(CommaSeparated):
    """Ids of genres, read as a sorted tuple without repeats."""

    default_error_messages = {"genres": f"Give 1 to {MAX_GENRES} ids of genres separated by commas."}

    def to_internal_value(self, data: object) -> tuple[int, ...]:
        words = self.words(data)
        if len(words) > MAX_GENRES:
            self.fail("genres")
        number = WholeNumber(
            min_value=1, max_value=MAX_TMDB_ID, error_messages={"invalid": self.error_messages["genres"]}
        )
        return tuple(sorted(set(map(number.run_validation, words))))


class LanguageQuery(Query):
    language = Code(
        "[a-z]{2}(-[A-Z]{2})?",
        "pt or pt-BR",
        help_text="ISO 639-1, perhaps with a country: `pt`, `pt-BR`. What TMDb lacks in it comes in the original's.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"language": settings.TMDB_LANGUAGE} | attrs


class DetailQuery(LanguageQuery):
    region = Code("[A-Z]{2}", "BR", help_text="ISO 3166-1: where to look for `providers`.")


class TitlesQuery(LanguageQuery, PageQuery):
    page = WholeNumber(
        default=1,
        min_value=1,
        max_value=MAX_ROWS,  # of one title each
        error_messages={"max_value": PAST_THE_END},
        help_text="Which page, from 1.",
    )
    limit = WholeNumber(
        default=20,
        min_value=1,
        max_value=MAX_TMDB_ID,
        help_text=f"Results a page; more than {MAX_LIMIT} gives {MAX_LIMIT}.",
    )

    def validate_limit(self, limit: int) -> int:
        return min(limit, MAX_LIMIT)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["page"] - 1) * attrs["limit"] >= MAX_ROWS:
            raise serializers.ValidationError({"page": [PAST_THE_END]})
        return super().validate(attrs)


class TrendingQuery(TitlesQuery):
    window = serializers.ChoiceField(choices=["day", "week"], default="day", help_text="Of which time.")


class FilteredQuery(TitlesQuery):
    include_adult = Flag(default=False, help_text="Whether titles for adults are among them.")
    year = WholeNumber(
        required=False,
        min_value=1000,
        max_value=9999,
        help_text="Of the first release, or of the first episode.",
    )


class ShowSearchQuery(FilteredQuery):
    query = serializers.CharField(
        max_length=200,
        validators=[NOT_BLANK],
        help_text="Words of a title, in any language.",
    )


class MovieSearchQuery(ShowSearchQuery):
    region = Code("[A-Z]{2}", "BR", help_text="ISO 3166-1: whose release dates count.")


class DiscoverQuery(FilteredQuery):
    genres = GenreIds(default=(), help_text="Ids of `genres/`; a title has ALL of them.")
    min_rating = Decimal(
        required=False, min_value=0, max_value=10, help_text="Average of TMDb's users, at least."
    )
    min_votes = WholeNumber(
        required=False, min_value=0, max_value=MAX_TMDB_ID, help_text="Votes of TMDb's users, at least."
    )
    original_language = Code("[a-z]{2}", "pt", help_text="ISO 639-1: of the original.")


def _order(kind: str) -> serializers.ChoiceField:
    choices = [f"{name}.{way}" for name in _ORDERS[kind] for way in ("asc", "desc")]
    return serializers.ChoiceField(choices=choices, default="popularity.desc", help_text="Which come first.")


class ShowDiscoverQuery(DiscoverQuery):
    sort_by = _order("tv")


class MovieDiscoverQuery(DiscoverQuery):
    sort_by = _order("movie")
    region = Code("[A-Z]{2}", "BR", help_text="ISO 3166-1: whose release dates count.")
    include_video = Flag(
        default=False, help_text="Whether titles that are no movies but videos are among them."
    )
