"""Payloads of TMDb, as plain dicts with changes."""

from typing import Any


def movie(movie_id: int = 605, **changes: Any) -> dict[str, Any]:
    """Return a movie as lists give it."""
    return {
        "adult": False,
        "backdrop_path": f"/backdrop{movie_id}.jpg",
        "genre_ids": [28, 878],
        "id": movie_id,
        "original_language": "en",
        "original_title": f"Movie {movie_id}",
        "overview": "A programmer learns what is real.",
        "popularity": 45.2,
        "poster_path": f"/poster{movie_id}.jpg",
        "release_date": "1999-03-31",
        "title": f"Movie {movie_id}",
        "video": False,
        "vote_average": 8.2,
        "vote_count": 24000,
        **changes,
    }


def show(show_id: int = 605, **changes: Any) -> dict[str, Any]:
    """Return a show as lists give it."""
    return {
        "backdrop_path": f"/backdrop{show_id}.jpg",
        "genre_ids": [18, 10765],
        "id": show_id,
        "name": f"Show {show_id}",
        "origin_country": ["US"],
        "original_language": "en",
        "original_name": f"Show {show_id}",
        "overview": "A family keeps a secret.",
        "popularity": 90.1,
        "poster_path": f"/poster{show_id}.jpg",
        "first_air_date": "2008-01-20",
        "vote_average": 8.9,
        "vote_count": 12000,
        **changes,
    }


def page(*results: object, number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a page of a list, the only one unless told otherwise."""
    return {
        "page": number,
        "results": list(results),
        "total_pages": 1,
        "total_results": len(results),
        **changes,
    }


def video(key: str = "aaaaaaaaaaa", **changes: Any) -> dict[str, Any]:
    return {
        "iso_639_1": "en",
        "iso_3166_1": "US",
        "name": "Official Trailer",
        "key": key,
        "site": "YouTube",
        "size": 1080,
        "type": "Trailer",
        "official": True,
        "published_at": "2016-03-05T02:03:14.000Z",
        "id": "5c9294240e0a267cd516835f",
        **changes,
    }


def person(person_id: int = 6384, **changes: Any) -> dict[str, Any]:
    """Return a member of the cast, or of the crew with a ``job``."""
    return {
        "adult": False,
        "gender": 2,
        "id": person_id,
        "known_for_department": "Acting",
        "name": f"Person {person_id}",
        "original_name": f"Person {person_id}",
        "profile_path": f"/person{person_id}.jpg",
        "character": "Neo",
        "order": 0,
        **changes,
    }


def provider(provider_id: int = 8, **changes: Any) -> dict[str, Any]:
    return {
        "logo_path": f"/logo{provider_id}.jpg",
        "provider_id": provider_id,
        "provider_name": f"Provider {provider_id}",
        "display_priority": provider_id,
        **changes,
    }


def offers(**lists: Any) -> dict[str, Any]:
    """Return who offers a title in one region, a list by each of TMDb's words."""
    return {"link": "https://www.themoviedb.org/movie/605/watch?locale=BR", **lists}


def _detail() -> dict[str, Any]:
    return {
        "genres": [{"id": 28, "name": "Action"}],
        "homepage": "",
        "production_companies": [{"id": 79, "logo_path": None, "name": "Village", "origin_country": ""}],
        "production_countries": [{"iso_3166_1": "US", "name": "United States of America"}],
        "spoken_languages": [{"english_name": "English", "iso_639_1": "en", "name": "English"}],
        "status": "Released",
        "tagline": "Free your mind.",
        "videos": {"results": [video()]},
        "credits": {
            "cast": [person()],
            "crew": [person(9339, job="Director", department="Directing", character=None)],
        },
        "watch/providers": {"results": {"BR": offers(flatrate=[provider()])}},
    }


def movie_detail(movie_id: int = 605, **changes: Any) -> dict[str, Any]:
    """Return a movie with what is appended to it."""
    fields = movie(movie_id) | _detail()
    del fields["genre_ids"]
    return {
        **fields,
        "belongs_to_collection": None,
        "budget": 63_000_000,
        "imdb_id": "tt0133093",
        "revenue": 3_000_000_000,
        "runtime": 136,
        **changes,
    }


def show_detail(show_id: int = 605, **changes: Any) -> dict[str, Any]:
    """Return a show with what is appended to it."""
    fields = show(show_id) | _detail()
    del fields["genre_ids"]
    return {
        **fields,
        "created_by": [{"id": 66633, "credit_id": "52", "name": "Vince", "gender": 2, "profile_path": None}],
        "episode_run_time": [],
        "external_ids": {"imdb_id": "tt0903747", "tvdb_id": 81189},
        "in_production": True,
        "last_air_date": None,
        "networks": [{"id": 174, "logo_path": "/amc.png", "name": "AMC", "origin_country": "US"}],
        "next_episode_to_air": {
            "id": 62161,
            "name": "Felina",
            "overview": "",
            "air_date": "2013-09-29",
            "episode_number": 16,
            "season_number": 5,
            "runtime": None,
            "still_path": None,
        },
        "number_of_episodes": 62,
        "number_of_seasons": 5,
        "type": "Scripted",
        **changes,
    }


def error(code: int, **changes: Any) -> dict[str, Any]:
    """Return the body of an error."""
    return {"success": False, "status_code": code, "status_message": "Invalid key: secret.", **changes}
