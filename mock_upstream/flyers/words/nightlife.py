"""The words of the nightlife flyers."""

from mock_upstream.flyers.words.theme import Form, Host, Subject, Theme

NIGHTLIFE = Theme(
    slug="nightlife",
    name="Nightlife",
    subjects=(
        Subject("Italo Disco", "Arpeggios, heartbreak in falsetto and a fog machine with a mind of its own."),
        Subject("Northern Soul", "Talc on the floor, 45s in the box and knees you will hear about tomorrow."),
        Subject("Cumbia", "From Barranquilla to Buenos Aires and back, with a güiro that refuses to rest."),
        Subject("Boogaloo", "New York, 1966: half of it in English, all of it in clave."),
        Subject("Dub", "Two turntables, one tape echo and a bass line you feel in your teeth."),
        Subject("Nineties Shared", "Piano stabs, borrowed divas and the long way down to the last record."),
        Subject("Salsa Dura", "Eight trombones on tape, one live conga, zero room for the shy."),
        Subject("Synth-Pop", "Drum machines, raincoats and choruses that everybody turns out to know."),
        Subject("Afrobeat", "Songs of eighteen minutes that end too early. Lagos, Accra, Lavapiés."),
        Subject("Boogie", "The polite years between disco and shared, played loud and danced slowly."),
        Subject("Darkwave", "Black shirts, blue light, drum machines with a grudge."),
        Subject("Yé-Yé", "Beehives, fuzz guitars and Spanish covers better than the originals. Yes, really."),
        Subject("Jungle", "Breaks at 170 and a crowd that has been stretching since Tuesday."),
        Subject("Balkan Brass", "A tuba, four trumpets and a wedding that nobody was invited to."),
        Subject("Slow Disco", "Nothing over a hundred beats a minute. You will want to hold hands."),
        Subject("Rumba Catalana", "Clapping is compulsory, the ventilador guitar does the rest."),
    ),
    forms=(
        Form(
            "{} till Sunrise", "Doors at eleven; the churros place on the corner opens at five.", ("music",)
        ),
        Form("Rooftop {}", "Up on the roof from sunset, with blankets for those who stay."),
        Form("{} in the Cellar", "Down eighteen steps, one red bulb, the best sound system in the barrio."),
        Form("First Friday {}", "Same crew and same dance floor every first Friday, and a guest each time."),
        Form("{}, Vinyl Only", "No laptops, no requests, and nobody films anything.", ("music",)),
    ),
    details=(
        "Free before midnight, eight euros with a drink after.",
        "Cloakroom, water and earplugs are free; kindness is required.",
        "Over eighteens. Bring an ID and comfortable shoes.",
        "Tickets at the door only: twelve euros, cash or card.",
        "The room holds a hundred and twenty; when it is full, it is full.",
    ),
    hosts=(
        Host("Sala Neptuno", "A cinema until 1983, a dance floor ever since. The screen is still there.", 30),
        Host("Club Verbena", "We throw the village fair that the city forgot, every weekend.", 9),
        Host("La Cabina", "Twelve square metres of DJ booth with a bar attached.", 6),
        Host("Azotea Nueve", "Nine floors up, no lift, worth it.", 5),
        Host("Radio Madrugada", "Night-shift radio people. We also leave the studio.", 2),
        Host("Bar Tiburón", "Opening soon. We have said so since March, and this time we mean it.", 0),
    ),
)
