"""Places, people, companies, providers, and the lists that TMDb itself has."""

from mock_upstream.tmdb.words.family import words

PLACES = (
    "Valdora", "Amselhaven", "Quirama", "Lindholt", "Torrevara", "Marrowby", "Castelume", "Nueva Lira", "Puerto Salmo",
    "Hexley", "Santa Umbra", "Dunmarrow", "Oskerby", "Almarza del Viento", "Tarnwick", "Brisamar", "Fellingrad",
    "Villacorva", "Pellhaven", "Montelaro", "Ostravik", "Carrowdale", "Rioseco Alto", "Wexcombe",
)  # fmt: skip

# Of no one known: names of many lands before names of none.
FIRST_NAMES = (
    ("Ines", 1), ("Teodor", 2), ("Marisol", 1), ("Anselm", 2), ("Yuna", 1), ("Baltasar", 2), ("Odile", 1), ("Ruben", 2),
    ("Thandi", 1), ("Casimir", 2), ("Leocadia", 1), ("Ivo", 2), ("Noor", 1), ("Gaspar", 2), ("Sunniva", 1), ("Kenji", 2),
    ("Amparo", 1), ("Dorian", 2), ("Zelda", 1), ("Robin", 3), ("Alex", 0),
)  # fmt: skip
LAST_NAMES = (
    "Okerlund", "Vasterby", "Talamor", "Quillfeather", "Escorial-Ruiz", "Marrenko", "Pimlott-Sayre", "Odunlade", "Belascoarán",
    "Hathersedge", "Kurosagi", "Vantongeren", "Sotoverde", "Lindqvister", "Abendroth-Ley", "Calatraveño", "Fennimoor",
    "Mbekiwe", "Torregrís", "Zalewskaya",
)  # fmt: skip

CHARACTERS = (
    "Captain Orsolo", "Dr. Ilse Amara", "The Notary", "Young Mateo", "Sister Perpetua", "Bruno", "Agent Kestrel", "Lucía",
    "The Landlady", "Old Tobias", "Vera", "The Ferryman", "Detective Sorrel", "Mina", "Himself", "Aunt Rosalba", "The Voice",
    "Colonel Haddock-Reyes", "Nadia", "The Clerk",
)  # fmt: skip
JOBS = (
    ("Directing", "Director"), ("Writing", "Screenplay"), ("Production", "Producer"), ("Camera", "Director of Photography"),
    ("Editing", "Editor"), ("Sound", "Original Music Composer"),
)  # fmt: skip

COMPANIES = (
    "Candela Sur Films",
    "Three Herons Pictures",
    "Ferrocarril Cine",
    "Blue Kiln Studios",
    "Hotel Norte Producciones",
)
NETWORKS = ("Canal Ocho", "Northlight", "TVR Mediodía", "Harbour One", "Lumbre")
PROVIDERS = (
    "Boxlight",
    "Kinoteca Plus",
    "Vidorama",
    "Lantern TV",
    "Sofá",
    "Reel & Rent",
    "Cinelonja",
    "Popcornio",
)
REGIONS = ("US", "ES", "MX", "GB", "BR")
COUNTRIES = {
    "US": "United States of America", "GB": "United Kingdom", "ES": "Spain", "MX": "Mexico", "AR": "Argentina", "FR": "France",
    "JP": "Japan", "KR": "South Korea",
}  # fmt: skip
LANGUAGES = {"en": ("English", "English"), "es": ("Spanish", "Español"), "fr": ("French", "Français"),
             "ja": ("Japanese", "日本語"), "ko": ("Korean", "")}  # fmt: skip
HOMES = {"en": ("US", "GB"), "es": ("ES", "MX", "AR"), "fr": ("FR",), "ja": ("JP",), "ko": ("KR",)}

TAGLINES = words("""
Some doors only open once. | Hay puertas que solo se abren una vez.
Nobody leaves as they came. | Nadie se va como llegó.
The truth takes the slow train. | La verdad viaja en el tren lento.
Bring a coat. | Trae abrigo.
Everything was going so well. | Todo iba tan bien.
It began with a knock. | Empezó con una llamada a la puerta.
You can't go home. You can visit. | No se puede volver a casa. Sí de visita.
Ask the neighbours. | Pregunta a los vecinos.
""")

MOVIE_GENRES = {
    28: ("Action", "Acción"), 12: ("Adventure", "Aventura"), 16: ("Animation", "Animación"), 35: ("Comedy", "Comedia"),
    80: ("Crime", "Crimen"), 99: ("Documentary", "Documental"), 18: ("Drama", "Drama"), 10751: ("Family", "Familia"),
    14: ("Fantasy", "Fantasía"), 36: ("History", "Historia"), 27: ("Horror", "Terror"), 10402: ("Music", "Música"),
    9648: ("Mystery", "Misterio"), 10749: ("Romance", "Romance"), 878: ("Science Fiction", "Ciencia ficción"),
    10770: ("TV Movie", "Película de TV"), 53: ("Thriller", "Suspense"), 10752: ("War", "Bélica"), 37: ("Western", "Western"),
}  # fmt: skip
TV_GENRES = {
    10759: ("Action & Adventure", "Action & Adventure"), 16: ("Animation", "Animación"), 35: ("Comedy", "Comedia"),
    80: ("Crime", "Crimen"), 99: ("Documentary", "Documental"), 18: ("Drama", "Drama"), 10751: ("Family", "Familia"),
    10762: ("Kids", "Infantil"), 9648: ("Mystery", "Misterio"), 10763: ("News", "Noticias"), 10764: ("Reality", "Reality"),
    10765: ("Sci-Fi & Fantasy", "Sci-Fi & Fantasy"), 10766: ("Soap", "Telenovela"), 10767: ("Talk", "Entrevistas"),
    10768: ("War & Politics", "War & Politics"), 37: ("Western", "Western"),
}  # fmt: skip
IMAGE_SIZES = {
    "backdrop_sizes": ("w300", "w780", "w1280", "original"),
    "logo_sizes": ("w45", "w92", "w154", "w185", "w300", "w500", "original"),
    "poster_sizes": ("w92", "w154", "w185", "w342", "w500", "w780", "original"),
    "profile_sizes": ("w45", "w185", "h632", "original"),
    "still_sizes": ("w92", "w185", "w300", "original"),
}

BARE_EPISODE = {"overview": "", "production_code": "", "still_path": None, "vote_average": 0, "vote_count": 0}

# Numbers are HTTP statuses and TMDb's own codes; a status comes here once, with the code that a mode or a route means.
MESSAGES = {
    5: "Invalid parameters: Your request parameters are incorrect.",
    7: "Invalid API key: You must be granted a valid key.",
    9: "Service offline: This service is temporarily offline, try again later.",
    11: "Internal error: Something went wrong, contact TMDb.",
    22: "Invalid page: Pages start at 1 and max at 500. They are expected to be an integer.",
    25: "Your request count (41) is over the allowed limit of (40).",
    27: "Too many append to response objects: The maximum number of remote calls is 20.",
    34: "The resource you requested could not be found.",
    42: "This request method is not supported for this resource.",
    44: "The ID is invalid.",
}
CODES = {302: 11, 401: 7, 404: 34, 405: 42, 422: 5, 429: 25, 500: 11, 503: 9}
