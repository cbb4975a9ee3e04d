"""The words of the food flyers."""

from mock_upstream.flyers.words.theme import Form, Host, Subject, Theme

FOOD = Theme(
    slug="food",
    name="Food & Drink",
    subjects=(
        Subject(
            "Croquetas", "Jamón, boletus, cabrales and one that we only describe after you have eaten it."
        ),
        Subject("Ramen", "The broth has been on since yesterday; so has Kenji."),
        Subject("Cocido", "Three acts: soup, chickpeas, meat. Nobody has ever reached the third one hungry."),
        Subject("Natural Wine", "Cloudy, cheerful and from people whose tractors we have met."),
        Subject("Arepas", "Corn, griddle, filling. Doña Alba has done eleven thousand and counting."),
        Subject("Sourdough", "Flour, water, salt and thirty-six hours of looking at it."),
        Subject("Tortilla", "With onion. We will not be taking parameters."),
        Subject("Dumplings", "Pleated by hand, eighteen folds each, gone in one bite."),
        Subject("Cheese", "Nine wheels from nine valleys, from shy to frankly dangerous."),
        Subject("Injera", "One big plate, no cutlery, and stories from Addis between the courses."),
        Subject("Vermouth", "On tap, with an olive, before lunch: the only hour it makes sense."),
        Subject("Ceviche", "Lime, sea bass, ají and a clock. Four minutes, not five."),
        Subject("Pizza", "Ninety seconds at 450 degrees, and a dough older than the pizzaiolo's moustache."),
        Subject("Chocolate", "Beans from Tabasco, stone-ground in the back room. Yes, you may watch."),
        Subject("Rice", "Socarrat on the bottom, silence around the table."),
        Subject("Pickles", "Aubergines from Almagro, gherkins, onions, and a radish with opinions."),
    ),
    forms=(
        Form("{} for Beginners", "A two-hour workshop. Apron, recipe and leftovers go home with you."),
        Form("{} Night", "One dish, one price, long tables. Sit next to somebody new.", ("nightlife",)),
        Form(
            "The Great {} Contest",
            "Six kitchens, blind tasting, and the jury is whoever turns up.",
            ("events",),
        ),
        Form("{} at the Market", "Stall 31, between the florist and the man who mends watches."),
        Form("{} & Company", "A set menu of five small plates built around one big idea."),
    ),
    details=(
        "Book for the first sitting, queue for the second.",
        "Vegetarians eat as well as everyone else; vegans, tell us a day ahead.",
        "Eighteen euros with a drink, children pay by height.",
        "Allergens are chalked on the wall by the door.",
        "Bring a box: it would be a sin to leave any.",
    ),
    hosts=(
        Host("Casa Remedios", "Three generations at one stove, and only two of them on speaking terms.", 22),
        Host("Mercado de la Cebada Norte", "Forty-two stalls under one leaking and much loved roof.", 14),
        Host("Horno San Blas", "Bread at seven, empanadas at noon, sold out by two.", 10),
        Host("Bodega Ardosa Chica", "Barrels, marble, elbows. Standing only since 1922.", 6),
        Host("Kenji Moreno", "Half Osaka, half Vallecas, all broth.", 4),
        Host("La Huerta de Paquita", "Tomatoes that taste like tomatoes. See you in July.", 0),
    ),
)
