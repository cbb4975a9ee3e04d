"""What can be appended to a title's details: videos, credits, where to watch it, ids elsewhere."""

from collections.abc import Callable, Mapping
from random import Random
from string import ascii_letters, digits
from typing import Any

from mock_upstream.tmdb.families import WORLD
from mock_upstream.tmdb.payloads import Payload, imdb_id
from mock_upstream.tmdb.pictures import path_of
from mock_upstream.tmdb.titles import Person, Title

KEY_LETTERS = ascii_letters + digits + "-_"
VIDEO_TYPES = ("Trailer", "Teaser", "Clip", "Featurette", "Behind the Scenes")


def videos(title: Title, language: str, fields: Mapping[str, str], site: str) -> Payload:
    """Return videos in the language, or in those of ``include_video_language``; keys are of YouTube's form and made up."""
    chance = Random(f"videos {title.kind} {title.id}")
    wanted = fields.get("include_video_language", language).split(",")
    spoken = [] if title.id % 7 == 0 else ["en", *chance.choices(("en", "es", "es"), k=chance.randint(0, 4))]
    found = [_video(title, order, spoken_in, chance) for order, spoken_in in enumerate(spoken)]
    return {"results": [video for video in found if video["iso_639_1"] in wanted]}


def _video(title: Title, order: int, language: str, chance: Random) -> Payload:
    """Return a video; ``published_at`` is of one form, and that of the next of the other."""
    kind = chance.choice(VIDEO_TYPES) if order else "Trailer"
    site, letters = ("YouTube", KEY_LETTERS) if order < 3 else ("Vimeo", digits)
    moment = f"{2026 - title.id % 20}-03-0{1 + order}", f"1{order}:02:15"
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
        "published_at": "{}T{}.000Z".format(*moment) if order % 2 == 0 else "{} {} UTC".format(*moment),
    }


def credits_(title: Title, language: str, fields: Mapping[str, str], site: str) -> Payload:
    """Return the cast in its order, and the crew."""
    cast = [
        _member(person, title, order, "Acting")
        | {"character": character, "order": order}
        | ({"cast_id": order + 1} if title.kind == "movie" else {})
        for order, (person, character) in enumerate(title.cast)
    ]
    crew = [
        _member(person, title, 100 + order, department) | {"department": department, "job": job}
        for order, (person, department, job) in enumerate(title.crew)
    ]
    return {"cast": cast, "crew": crew}


def _member(person: Person, title: Title, order: int, known_for: str) -> Payload:
    return {
        "adult": False,
        "gender": person.gender,
        "id": person.id,
        "known_for_department": known_for,
        "name": person.name,
        "original_name": person.name,
        "popularity": 1.5 + person.id % 40 / 8,
        "profile_path": path_of("person", person.id, "profile") if person.id % 4 else None,
        "credit_id": f"{title.id * 1000 + order:024x}",
    }


def providers(title: Title, language: str, fields: Mapping[str, str], site: str) -> Payload:
    """Return where the title can be watched, by region; the links lead to this service."""
    regions = {}
    for region, ways in title.providers.items():
        there: dict[str, Any] = {"link": f"{site}/{title.kind}/{title.id}/watch?locale={region}"}
        for way, numbers in ways.items():
            there[way] = [_provider(number, order) for order, number in enumerate(numbers)]
        regions[region] = there
    return {"results": regions}


def _provider(number: int, order: int) -> Payload:
    return {
        "provider_id": number,
        "provider_name": WORLD.providers[number - 1],
        "logo_path": path_of("provider", number, "logo"),
        "display_priority": order,
    }


def external_ids(title: Title, language: str, fields: Mapping[str, str], site: str) -> Payload:
    others = {f"{name}_id": None for name in ("wikidata", "facebook", "instagram", "twitter")}
    return {"imdb_id": imdb_id(title), **others} | (
        {"tvdb_id": 70_000 + title.id} if title.kind == "tv" else {}
    )


PARTS: dict[str, Callable[[Title, str, Mapping[str, str], str], Payload]] = {
    "videos": videos,
    "credits": credits_,
    "watch/providers": providers,
    "external_ids": external_ids,
}
