"""The words of the flyers for fairs and gatherings."""

from mock_upstream.flyers.words.theme import Form, Host, Subject, Theme

EVENTS = Theme(
    slug="events",
    name="Events",
    subjects=(
        Subject("Flea Market", "Lamps, leather jackets and at least one accordion that almost works."),
        Subject("Plant Swap", "Bring a cutting, take a cutting, pretend that you have the space."),
        Subject("Street Fair", "The whole road without cars, with bunting, from the bakery to the school."),
        Subject("Book Market", "Sixty stalls, a bench every ten metres, and a tent for when it rains."),
        Subject("Kite Festival", "Dragons, boxes and a forty-metre octopus, wind permitting."),
        Subject("Vintage Bike Parade", "Steel frames, tweed optional, hills avoided on principle."),
        Subject(
            "Night of Lanterns", "Paper, bamboo, a thousand small lights, and the street lamps off for once."
        ),
        Subject("Design Fair", "Chairs you can sit on, made by people you can talk to."),
        Subject("Comic Convention", "Fanzines, original pages, and queues shorter than at the big one."),
        Subject(
            "Costume Sale", "The theatre is clearing its wardrobe: crinolines, capes, one complete horse."
        ),
        Subject(
            "Neighbourhood Picnic", "One blanket each, one dish for five, and the brass band plays at four."
        ),
        Subject("Robot Race", "Built from scrap in a weekend; about a third of them reach the finish."),
        Subject(
            "Seed Library Day", "Heirloom tomatoes, forgotten beans, and somebody who knows when to sow them."
        ),
        Subject("Ceramics Fair", "Forty potters, a wheel to try, and newspaper to wrap it all in."),
        Subject("Carnival Rehearsal", "Feathers half sewn, drums fully loud."),
        Subject("Stargazing", "Six telescopes, one astronomer, and Saturn when it deigns to rise."),
    ),
    forms=(
        Form("{} on the Square", "From ten until the last one leaves.", ("family",)),
        Form("The Little {}", "The small, early, unofficial edition: half the size and twice the talk."),
        Form(
            "{} by the River",
            "On the lawns next to the old bridge; come by bike, parking is a legend.",
            ("family",),
        ),
        Form("Winter {}", "Moved indoors, under the iron roof, with hot broth at the entrance.", ("food",)),
        Form("{} & Live Music", "Three bands on the back of a lorry, volume within reason.", ("music",)),
    ),
    details=(
        "Free entrance. Volunteers wear yellow and know where everything is.",
        "Dogs are welcome, and there is a bowl at every corner.",
        "Rain date: the day after, same time, same place.",
        "Stalls are fully booked; visitors never are.",
        "Bring your own cup and pay a euro less all day.",
    ),
    hosts=(
        Host("Asociación El Organillo", "Neighbours organising neighbours since the metro was new.", 15),
        Host("Rastro Chico", "The flea market's little sister. Sundays, rain or shine, mostly shine.", 11),
        Host("Taller Abierto", "A workshop with the shutters up: come in, ask, borrow the drill.", 8),
        Host("Vecinas de Usera", "Dragon dances in February, chess in the park the rest of the year.", 6),
        Host("Parque Vivo", "Forty gardeners looking after other people's trees.", 3),
        Host("Bruno Salcedo", "I organise one thing a year, and I organise it well.", 1),
    ),
)
