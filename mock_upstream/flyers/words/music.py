"""The words of the music flyers."""

from mock_upstream.flyers.words.theme import Form, Host, Subject, Theme

MUSIC = Theme(
    slug="music",
    name="Music",
    subjects=(
        Subject("Flamenco Guitar", "Six strings, one footstool and a silence you could lean on."),
        Subject("Gypsy Jazz", "Two rhythm guitars pumping, one violin showing off."),
        Subject("Baroque Cello", "Gut strings, candlelight, and Bach the way he never had time to hear it."),
        Subject("Bossa Nova", "Nylon, brushes and a voice that never once gets loud."),
        Subject("Bluegrass", "Banjo, fiddle, one microphone and a lot of footwork around it."),
        Subject("Fado", "Songs about ships, for a city four hundred kilometres from the sea."),
        Subject("Klezmer", "A clarinet that laughs and cries, often within the same bar."),
        Subject("Shoegaze", "Three guitars, eleven pedals each, words optional."),
        Subject("Gospel Choir", "Forty voices, one Hammond and no spectators: you will be asked to stand."),
        Subject("Ambient", "Bring a cushion. The loudest thing on stage is a kettle."),
        Subject("Surf Rock", "Reverb by the bucket and not a wave within reach."),
        Subject("String Quartet", "Haydn for balance, Shostakovich for the walk home."),
        Subject("Tango", "A bandoneon older than everyone on stage, and in better voice."),
        Subject("Post-Punk", "Wiry bass, shouted shopping lists, thirty-minute sets."),
        Subject("Harp", "Forty-seven strings and seven pedals, explained as it goes along."),
        Subject("Big Band", "Seventeen people breathing in at once: stand in front of the trombones."),
    ),
    forms=(
        Form("{} by Candlelight", "Two sets of forty minutes, phones asleep, candles real.", ("culture",)),
        Form("Sunday {}", "A matinée at noon, vermouth included, home in time for the siesta.", ("food",)),
        Form("{} at the Corner Shop", "Between the shelves, after closing time. Twenty chairs and a ladder."),
        Form("An Evening of {}", "Support from someone you will claim to have discovered.", ("nightlife",)),
        Form("Open Rehearsal: {}", "Come and hear how it is made, wrong notes included, questions welcome."),
    ),
    details=(
        "Fifteen euros, nine for students and for anyone between jobs.",
        "Pay what you can on the way out; the hat is a real hat.",
        "Seats are not numbered, and the good ones go first.",
        "Under sixteens come in free with a grown-up.",
        "Step-free entrance through the courtyard; an induction loop in rows one to five.",
    ),
    hosts=(
        Host(
            "Café Contrapunto",
            "Coffee until six, concerts from eight, arguments about Mahler in between.",
            16,
        ),
        Host(
            "El Patio de Atrás", "A courtyard, two plane trees and a piano that stays outside all summer.", 12
        ),
        Host(
            "Discos Lucero", "Second-hand records since 1979. Yes, we buy collections. No, not that one.", 9
        ),
        Host("Auditorio Pequeño", "Ninety-nine seats, because the hundredth needs another licence.", 7),
        Host("Coro Mixto de la Elipa", "We sing on Tuesdays. Basses are always welcome.", 3),
        Host("Nuria Valdés", "Cellist. Weddings, funerals and one very good bar mitzvah.", 1),
    ),
)
