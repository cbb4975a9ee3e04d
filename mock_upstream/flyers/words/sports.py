"""The words of the sports flyers."""

from mock_upstream.flyers.words.theme import Form, Host, Subject, Theme

SPORTS = Theme(
    slug="sports",
    name="Sports",
    subjects=(
        Subject("Petanque", "Steel balls, gravel and technical arguments in three languages."),
        Subject("Trail Running", "Up through the pines and down with dust to the knees."),
        Subject("Padel", "Four people, one glass box, no dignity at the net."),
        Subject("Roller Derby", "Eight wheels each, elbows in, and aliases better than any band name."),
        Subject("Bouldering", "Short walls, thick mats, very chalky handshakes."),
        Subject("Open-Water Swimming", "Eighteen degrees. You get used to it, or at least you get out."),
        Subject("Table Tennis", "The tables in the park are concrete and so is the competition."),
        Subject("Rowing", "Eight people facing backwards and trusting the one who isn't."),
        Subject("Basque Pelota", "A ball, a wall, and hands that will tingle until Thursday."),
        Subject("Ultimate Frisbee", "No referees: you call your own fouls, which takes character."),
        Subject("Night Cycling", "Lights on, chains oiled, forty kilometres of empty ring road."),
        Subject(
            "Chess Boxing", "Three minutes of rooks, three minutes of hooks. Helmets provided, openings not."
        ),
        Subject("Walking Football", "Nobody runs and everybody wants to win: harder than it sounds."),
        Subject("Capoeira", "Half dance, half fight, all rhythm. The berimbau decides."),
        Subject("Archery", "Breathe in, breathe out, forget about work."),
        Subject("Orienteering", "A map, a compass and a forest that looks the same on all sides."),
    ),
    forms=(
        Form("{}: First Try Free", "We lend you everything but the socks."),
        Form(
            "The {} Cup",
            "Groups in the morning, knock-out after lunch, and one very ugly trophy.",
            ("events",),
        ),
        Form("{} on Sunday Mornings", "All levels, three groups, coffee afterwards for all of them."),
        Form("{} for Over Fifties", "Same game, longer warm-up, better stories."),
        Form("{} After Work", "Changing rooms from six, floodlights until ten."),
    ),
    details=(
        "Five euros a session, or forty for the season.",
        "Sign up by Thursday; after that we only have goalkeepers' shirts.",
        "Showers are hot, parking is not guaranteed.",
        "Insurance is included, and so is the orange at half-time.",
        "Juniors from the age of eight with a parent on the touchline, quiet if possible.",
    ),
    hosts=(
        Host("Club Atlético Manzanares Sur", "Fourth division, first in the hearts of six streets.", 13),
        Host("Rocódromo La Nave", "Nine hundred square metres of falling off things safely.", 12),
        Host("Corredores del Retiro", "We meet at the fallen angel at seven. In the morning, yes.", 9),
        Host("Rueda Libre", "Bikes, mostly other people's, mostly fixed by now.", 6),
        Host("Pelota Sanchinarro", "One wall, forty members, no windows left.", 4),
        Host("Las Tortugas Rodantes", "Roller derby. Season starts when the knee does.", 0),
    ),
)
