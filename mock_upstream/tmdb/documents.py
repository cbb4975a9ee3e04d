"""Titles as TMDb's JSON: items of lists, details, and what can be appended to those."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from string import ascii_letters, digits
from typing import Any

from mock_upstream.tmdb.families import LISTS, WORLD
from mock_upstream.tmdb.titles import FIRST_COMPANY, Person, Title, path_of

Document = dict[str, Any]
IN_LISTS = (
    *("original_language", "poster_path", "backdrop_path", "genre_ids", "popularity", "vote_average"),
    *("vote_count", "release_date", "first_air_date", "adult"),
)
KEY_LETTERS = ascii_letters + digits + "-_"


@dataclass(frozen=True, slots=True)
class Documents:
    """Writes titles for one request. ``language`` has two letters; texts without a translation are empty."""

    language: str
    today: date
    site: str
    fields: Mapping[str, str]

    def genres(self, kind: str) -> list[Document]:
        rows = LISTS.movie_genres if kind == "movie" else LISTS.tv_genres
        return [{"id": number, "name": es if self.language == "es" else en} for number, en, es in rows]

    def item(self, title: Title) -> Document:
        """Return a title as lists have it; ``genre_ids`` is ``{}`` where there are none."""
        name, own = ("title", "video") if title.kind == "movie" else ("name", "origin_country")
        document = {
            "id": title.id,
            name: title.name(self.language),
            f"original_{name}": title.names[0],
            "overview": title.facts.get("overview", self._text(title, "overview")) or "",
        }
        document |= {field: title.facts[field] for field in (*IN_LISTS, own) if field in title.facts}
        return document | {"genre_ids": title.facts["genre_ids"] or {}}

    def details(self, title: Title) -> Document:
        """Return one movie or show, without what is appended."""
        document = self.item(title)
        chosen = document.pop("genre_ids")
        language, countries = title.facts["original_language"], title.facts["origin_country"]
        english, own, _ = WORLD.languages[language]
        document |= {
            "overview": title.facts.get("overview", document["overview"]),
            "genres": [genre for genre in self.genres(title.kind) if genre["id"] in chosen],
            "tagline": self._text(title, "tagline"),
            "homepage": f"{self.site}/homes/{title.id}" if title.id % 3 == 0 else "",
            "origin_country": countries,
            "production_companies": [_company("company", title.company, WORLD.companies, title)],
            "production_countries": [
                {"iso_3166_1": code, "name": WORLD.countries[code]} for code in countries
            ],
            "spoken_languages": [{"english_name": english, "iso_639_1": language, "name": own}],
            "status": title.facts["status"],
        }
        if title.kind == "tv":
            return document | self._show(title)
        return document | {
            "belongs_to_collection": _collection(title),
            "budget": title.facts["revenue"] // 3,
            "imdb_id": imdb_id(title),
            "revenue": title.facts["revenue"],
            "runtime": title.facts["runtime"],
        }

    def _text(self, title: Title, name: str) -> str:
        return title.texts.get(self.language, {}).get(name, "")

    def _show(self, title: Title) -> Document:
        """Return what a show alone has. One that goes on has its next episode within the week."""
        facts, count, state = title.facts, 1 + title.id % 6, title.facts["status"]
        numbers = range(0 if title.id % 5 == 0 else 1, count + 1)
        seasons = [self._season(title, season) for season in numbers]
        goes_on, episodes = state == "Returning Series", seasons[-1]["episode_count"]
        aired = str(self.today - timedelta(days=7 - title.id % 6)) if goes_on else title.day
        last = None if state == "In Production" else aired
        coming = str(self.today + timedelta(days=1 + title.id % 6)) if goes_on else None
        maker = title.crew[1][0]
        return {
            "created_by": [{**_person(maker), "credit_id": f"{maker.id:024x}"}],
            "episode_run_time": [facts["runtime"]] if title.id % 2 else [],
            "in_production": goes_on,
            "languages": [facts["original_language"]],
            "last_air_date": last,
            "last_episode_to_air": last and _episode(title, count, episodes - 1, last),
            "next_episode_to_air": coming and _episode(title, count, episodes, coming),
            "networks": [_company("network", title.network, WORLD.networks, title)],
            "number_of_episodes": sum(season["episode_count"] for season in seasons[-count:]),
            "number_of_seasons": count,
            "seasons": seasons,
            "type": "Scripted",
        }

    def _season(self, title: Title, season: int) -> Document:
        special, name = ("Especiales", "Temporada") if self.language == "es" else ("Specials", "Season")
        year, day = title.day[:4], title.day[4:8]
        return {
            "id": title.id * 100 + season,
            "season_number": season,
            "name": f"{name} {season}" if season else special,
            "overview": "",
            "air_date": f"{int(year) + season - 1}{day}01" if season and year else None,
            "episode_count": 6 + (title.id + season) % 8,
            "poster_path": title.facts["poster_path"] if season else None,
            "vote_average": title.facts["vote_average"] if season else 0,
        }

    def videos(self, title: Title) -> Document:
        """Return videos in the language, or in those of ``include_video_language``; none of their keys leads anywhere."""
        chance = Random(f"videos {title.kind} {title.id}")
        wanted = self.fields.get("include_video_language", self.language).split(",")
        spoken = ["en", *chance.choices(("en", "es", "es"), k=chance.randint(0, 4))] if title.id % 7 else []
        found = [_video(title, order, language, chance) for order, language in enumerate(spoken)]
        return {"results": [video for video in found if video["iso_639_1"] in wanted]}

    def credits(self, title: Title) -> Document:
        """Return the cast in its order, and the crew."""
        cast = [
            _member(who, title, order, "Acting") | {"character": character, "order": order}
            for order, (who, character) in enumerate(title.cast)
        ]
        for order, member in enumerate(cast if title.kind == "movie" else (), start=1):
            member["cast_id"] = order
        crew = [
            _member(who, title, order, department) | {"department": department, "job": job}
            for order, (who, department, job) in enumerate(title.crew, start=100)
        ]
        return {"cast": cast, "crew": crew}

    def providers(self, title: Title) -> Document:
        """Return where the title can be watched, by region; the links lead to this service."""
        there = f"{self.site}/{title.kind}/{title.id}/watch?locale="
        return {
            "results": {
                region: {"link": f"{there}{region}"}
                | {way: [_provider(*it) for it in enumerate(numbers)] for way, numbers in ways.items()}
                for region, ways in title.providers.items()
            }
        }

    def external_ids(self, title: Title) -> Document:
        others = dict.fromkeys(("wikidata_id", "facebook_id", "instagram_id", "twitter_id"))
        own = {"tvdb_id": 70_000 + title.id} if title.kind == "tv" else {}
        return {"imdb_id": imdb_id(title), **others, **own}


PARTS = {
    "videos": Documents.videos,
    "credits": Documents.credits,
    "watch/providers": Documents.providers,
    "external_ids": Documents.external_ids,
}


def imdb_id(title: Title) -> str | None:
    return None if title.id % 10 == 3 else f"tt{(90 if title.kind == 'movie' else 91) * 100_000 + title.id}"


def _person(who: Person) -> Document:
    return {"id": who.id, "name": who.name, "gender": who.gender, "profile_path": who.profile_path}


def _member(who: Person, title: Title, order: int, known_for: str) -> Document:
    return {
        **_person(who),
        "original_name": who.name,
        "adult": False,
        "known_for_department": known_for,
        "popularity": 1.5 + who.id % 40 / 8,
        "credit_id": f"{title.id * 1000 + order:024x}",
    }


def _collection(title: Title) -> Document | None:
    if title.id % 9:
        return None
    pictures = {name: title.facts[name] for name in ("poster_path", "backdrop_path")}
    return {"id": 9000 + title.id, "name": f"{title.names[0]} Collection", **pictures}


def _company(kind: str, number: int, names: list[str], title: Title) -> Document:
    """Return a title's company or network; the first of them has neither a logo nor a home."""
    first = number == FIRST_COMPANY
    return {
        "id": number,
        "name": names[number - FIRST_COMPANY],
        "logo_path": None if first else path_of(kind, number, "logo"),
        "origin_country": "" if first else title.facts["origin_country"][0],
    }


def _provider(order: int, number: int) -> Document:
    return {
        "provider_id": number,
        "provider_name": WORLD.providers[number - 1],
        "logo_path": path_of("provider", number, "logo"),
        "display_priority": order,
    }


def _episode(title: Title, season: int, episode: int, day: str) -> Document:
    return {
        "id": title.id * 10_000 + season * 100 + episode,
        "name": f"Episode {episode}",
        "overview": "",
        "air_date": day,
        "season_number": season,
        "episode_number": episode,
        "runtime": None if title.id % 2 else title.facts["runtime"],
        "production_code": "",
        "show_id": title.id,
        "still_path": path_of("tv", title.id, "still"),
        "vote_average": 0,
        "vote_count": 0,
    }


def _video(title: Title, order: int, language: str, chance: Random) -> Document:
    """Return a video; ``published_at`` is of one form, and that of the next of the other."""
    kind = chance.choice(LISTS.video_types) if order else "Trailer"
    site, letters = ("YouTube", KEY_LETTERS) if order < 3 else ("Vimeo", digits)
    day, moment = f"{2026 - title.id % 20}-03-0{1 + order}", f"1{order}:02:15"
    return {
        "id": f"{chance.getrandbits(96):024x}",
        "key": "".join(chance.choices(letters, k=11)),
        "name": f"{title.name(language)}: {kind}",
        "site": site,
        "type": kind,
        "official": order != 1,
        "size": chance.choice((720, 1080, 2160)),
        "iso_639_1": language,
        "iso_3166_1": "US" if language == "en" else "ES",
        "published_at": f"{day} {moment} UTC" if order % 2 else f"{day}T{moment}.000Z",
    }
