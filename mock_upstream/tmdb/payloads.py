"""Items of lists and details as TMDb's JSON. Texts without a translation are empty."""

from datetime import date, timedelta
from typing import Any

from mock_upstream.tmdb.families import LISTS, WORLD
from mock_upstream.tmdb.pictures import path_of
from mock_upstream.tmdb.titles import Title

Payload = dict[str, Any]
BARE_EPISODE = {"overview": "", "production_code": "", "still_path": None, "vote_average": 0, "vote_count": 0}


def number(value: float) -> float:
    """Return a number as TMDb writes it: a whole one without its fraction."""
    return int(value) if value == int(value) else value


def genres(kind: str, language: str) -> list[Payload]:
    rows = LISTS.movie_genres if kind == "movie" else LISTS.tv_genres
    return [{"id": id_, "name": es if language == "es" else en} for id_, en, es in rows]


def item(title: Title, language: str) -> Payload:
    """Return a title as lists have it; ``genre_ids`` is ``{}`` where there are none."""
    movie = title.kind == "movie"
    name, day = ("title", "release_date") if movie else ("name", "first_air_date")
    shared: Payload = {
        "id": title.id,
        name: title.name(language),
        f"original_{name}": title.original_name,
        "original_language": title.language,
        "overview": None if title.overviews is None else title.overviews.get(language, ""),
        "poster_path": path_of(title.kind, title.id, "poster") if title.poster else None,
        "backdrop_path": path_of(title.kind, title.id, "backdrop") if title.backdrop else None,
        "genre_ids": list(title.genres) or {},
        "popularity": title.popularity,
        "vote_average": number(title.vote_average),
        "vote_count": title.vote_count,
        **({day: title.iso_date} if title.date is not None else {}),
    }
    return shared | (
        {"adult": title.adult, "video": title.video} if movie else {"origin_country": list(title.countries)}
    )


def details(title: Title, language: str, today: date, site: str) -> Payload:
    """Return one movie or show, without what is appended."""
    shared = item(title, language)
    chosen = [genre for genre in genres(title.kind, language) if genre["id"] in title.genres]
    del shared["genre_ids"]
    english, own, _ = WORLD.languages[title.language]
    shared |= {
        "genres": chosen,
        "tagline": title.taglines.get(language, ""),
        "homepage": f"{site}/homes/{title.id}" if title.id % 3 == 0 else "",
        "origin_country": list(title.countries),
        "production_companies": [_company(title.id % len(WORLD.companies), WORLD.companies, title)],
        "production_countries": [
            {"iso_3166_1": code, "name": WORLD.countries[code]} for code in title.countries
        ],
        "spoken_languages": [{"english_name": english, "iso_639_1": title.language, "name": own}],
        "adult": title.adult,
    }
    return shared | (_movie(title, today) if title.kind == "movie" else _show(title, language, today))


def _is_out(title: Title, today: date) -> bool:
    return isinstance(title.date, date) and title.date <= today


def _movie(title: Title, today: date) -> Payload:
    return {
        "belongs_to_collection": None,
        "budget": title.revenue // 3,
        "imdb_id": imdb_id(title),
        "revenue": title.revenue,
        "runtime": title.runtime,
        "status": "Released" if _is_out(title, today) else "Post Production",
    }


def _show(title: Title, language: str, today: date) -> Payload:
    """Return what a show alone has. One of three goes on, and has its next episode within the week."""
    goes_on, count = title.id % 3 == 0 and _is_out(title, today), 1 + title.id % 6
    numbers = range(0 if title.id % 5 == 0 else 1, count + 1)
    seasons = [_season(title, season, language) for season in numbers]
    aired = today - timedelta(days=7 - title.id % 6) if goes_on else title.date
    last = str(aired) if _is_out(title, today) else None
    coming = str(today + timedelta(days=1 + title.id % 6)) if goes_on else None
    episodes = seasons[-1]["episode_count"]
    maker = title.crew[1][0]
    known = {"id": maker.id, "name": maker.name, "gender": maker.gender, "profile_path": None}
    return {
        "created_by": [{**known, "credit_id": f"{maker.id:024x}"}],
        "episode_run_time": [title.runtime] if title.id % 2 else [],
        "in_production": goes_on,
        "languages": [title.language],
        "last_air_date": last,
        "last_episode_to_air": _episode(title, count, episodes - 1, last),
        "next_episode_to_air": _episode(title, count, episodes, coming),
        "networks": [_company(title.id % len(WORLD.networks), WORLD.networks, title)],
        "number_of_episodes": sum(season["episode_count"] for season in seasons[-count:]),
        "number_of_seasons": count,
        "seasons": seasons,
        "status": "Returning Series" if goes_on else "Ended" if last else "In Production",
        "type": "Scripted",
    }


def _season(title: Title, season: int, language: str) -> Payload:
    names = ("Specials", "Season") if language != "es" else ("Especiales", "Temporada")
    year = int(title.iso_date[:4] or 0) + season - 1
    return {
        "id": title.id * 100 + season,
        "season_number": season,
        "name": f"{names[1]} {season}" if season else names[0],
        "overview": "",
        "air_date": f"{year}{title.iso_date[4:8]}01" if season and title.iso_date else None,
        "episode_count": 6 + (title.id + season) % 8,
        "poster_path": path_of("tv", title.id, "poster") if season and title.poster else None,
        "vote_average": number(title.vote_average) if season else 0,
    }


def _episode(title: Title, season: int, episode: int, day: str | None) -> Payload | None:
    """Return an episode of a day; None without one."""
    own = {
        "id": title.id * 10_000 + season * 100 + episode,
        "name": f"Episode {episode}",
        "air_date": day,
        "season_number": season,
        "episode_number": episode,
        "runtime": None if title.id % 2 else title.runtime,
        "show_id": title.id,
    }
    return {**BARE_EPISODE, **own} if day else None


def _company(number_: int, names: list[str], title: Title) -> Payload:
    home = title.countries[0] if number_ else ""
    return {"id": 40 + number_, "name": names[number_], "logo_path": None, "origin_country": home}


def imdb_id(title: Title) -> str | None:
    return None if title.id % 10 == 3 else f"tt{(90 if title.kind == 'movie' else 91) * 100_000 + title.id}"
