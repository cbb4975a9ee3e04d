"""The words of the culture flyers."""

from mock_upstream.flyers.words.theme import Form, Host, Subject, Theme

CULTURE = Theme(
    slug="culture",
    name="Culture",
    subjects=(
        Subject("Goya's Dogs", "They are in more paintings than the kings, and they behave better."),
        Subject("Brutalism", "Concrete, affection and a great many photographs of staircases."),
        Subject("Silent Film", "Four shorts, a live pianist, and a cue sheet he promises to ignore."),
        Subject(
            "The Generation of '27",
            "Poets, cafés, a bullfighter and the women that were left out of the photo.",
        ),
        Subject("Street Photography", "Nobody posed, nobody noticed, everybody recognised their own corner."),
        Subject("Risograph Printing", "Two inks, wrong register, right feeling."),
        Subject("The Metro Map", "How a city learnt to draw itself with nine colours and no rivers."),
        Subject("Letterpress", "Wood type, one proof press, ink under everyone's nails."),
        Subject("Mudéjar Brick", "Eight centuries of patterns that you walk past every morning."),
        Subject("Lorca's Women", "Yerma, Bernarda, the Bride: three actors, one table, no curtain."),
        Subject("Bookbinding", "Needle, thread and a stack of paper that turns into something you keep."),
        Subject("Film Noir", "Rain, hats, bad decisions. In the original language, with subtitles."),
        Subject(
            "The Lost Cinemas", "Forty screens became supermarkets; their signs, ushers and carpets remember."
        ),
        Subject("Fan Painting", "The language of fans, and why half of it was made up to sell them."),
        Subject(
            "Maps of Nowhere", "Islands that were never there, drawn by people who swore that they were."
        ),
        Subject(
            "The Zarzuela", "Operetta with better jokes, explained by someone who knows all of the words."
        ),
    ),
    forms=(
        Form("{}: An Exhibition", "Two rooms, forty works, and a bench in front of the best one."),
        Form("A Walk Through {}", "Ninety minutes on foot with a guide who lives nearby.", ("events",)),
        Form(
            "{} After Hours", "The doors close to the public and open to you, glass in hand.", ("nightlife",)
        ),
        Form("Talking About {}", "A conversation, not a lecture. The second half belongs to the audience."),
        Form("{} for the Curious", "Four Thursdays, no homework, nothing you need to know beforehand."),
    ),
    details=(
        "Free on the first Sunday, six euros on all other days.",
        "Thirty places; the list opens on Monday at nine and closes at nine past nine.",
        "In Spanish, with a printed translation in English.",
        "There are folding stools for whoever would rather sit.",
        "Wheelchair access by the side door: ring once and Marta will come.",
    ),
    hosts=(
        Host(
            "Museo de lo Cotidiano",
            "Teaspoons, tram tickets, telephones: everything you nearly threw away.",
            18,
        ),
        Host("Galería Entreplanta", "Between the first floor and the second. Ring twice.", 10),
        Host("Cine Doblón", "One screen, 35 mm, and seats reupholstered by the audience.", 8),
        Host("Librería La Errata", "Books with character, some of them misprinted.", 5),
        Host(
            "Teatro del Portal",
            "Plays for fifteen people at a time, in the entrance halls of real houses.",
            4,
        ),
        Host("Irene Cabanillas", "Historian of things that nobody wrote down.", 1),
    ),
)
