"""The words of the family flyers."""

from mock_upstream.flyers.words.theme import Form, Host, Subject, Theme

FAMILY = Theme(
    slug="family",
    name="Family",
    subjects=(
        Subject("Puppet Theatre", "A wolf, a grandmother and a crocodile with stage fright."),
        Subject("Storytime", "Dragons read aloud with all the voices, by people who take voices seriously."),
        Subject("Mud Kitchen", "Soup of leaves, cake of earth. Wellies are not optional."),
        Subject("Science Lab", "Volcanoes, slime, and one bang that we warn you about."),
        Subject("Tiny Orchestra", "Saucepans, shakers and a real conductor with a real baton."),
        Subject("Circus School", "Juggling scarves, walking tall, falling over on purpose."),
        Subject("Shadow Play", "A sheet, a lamp, forty hands and a whole jungle."),
        Subject("Animal Tracks", "Who was here last night? Plaster, patience and a very proud badger."),
        Subject("Paper Boats", "From one sheet of newspaper to the other side of the fountain."),
        Subject("Cardboard City", "Two hundred boxes, no plan, and a mayor elected at noon."),
        Subject("Stop Motion", "A film in a morning: one spoon, one fork, one love story."),
        Subject("Bread & Butter", "Shake the jar until it's butter, then eat the evidence."),
        Subject("Magic Tricks", "Three cards, one coin, and the secret stays in the room."),
        Subject("Moon Watching", "Pyjamas allowed, cocoa served, craters counted."),
        Subject(
            "Wooden Trains", "Ninety metres of track and a points system that only six-year-olds follow."
        ),
        Subject("Nursery Disco", "The hits of the under-fives, with earmuffs for whoever asks."),
    ),
    forms=(
        Form("{} for Small Hands", "From three to six years old, one grown-up each, the mess stays with us."),
        Form("Grandparents' {}", "The pair of you come: one to remember how, one to do it again."),
        Form("{} in the Park", "Under the big cedar, on rugs, with a tarpaulin in reserve.", ("events",)),
        Form("Rainy Day {}", "Indoors, warm, with somewhere to leave the pushchair.", ("culture",)),
        Form("{} Holiday Camp", "Nine to two, five mornings, friends made by the second one."),
    ),
    details=(
        "Four euros a child, grown-ups free, babies on laps.",
        "Siblings are welcome and quietly counted as one.",
        "A quiet corner with soft light is there for whoever needs it.",
        "Bring a change of clothes and low expectations of keeping the first set clean.",
        "Snacks are fruit; what happens on the way home is your business.",
    ),
    hosts=(
        Host(
            "Ludoteca El Globo", "A toy library. You can borrow the big castle, but mind the drawbridge.", 11
        ),
        Host("Teatro Calcetín", "Two actors, forty socks.", 9),
        Host("Granja Escuela Los Olmos", "Hens, a donkey called Ministro, and mud of the best quality.", 7),
        Host("Biblioteca Gloria", "Yes, you may eat here. Yes, you may laugh. It is a library.", 5),
        Host("Pequelab", "Physics for people under one metre twenty.", 4),
        Host("Merienda y Cuento", "Stories with a sandwich. Back after the summer.", 0),
    ),
)
