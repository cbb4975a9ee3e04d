"""The words of the flyers of trades and lessons."""

from mock_upstream.flyers.words.theme import Form, Host, Subject, Theme

SERVICES = Theme(
    slug="services",
    name="Services",
    subjects=(
        Subject("Bicycle Repair", "Punctures while you wait, wheels while you work, miracles by Friday."),
        Subject("Piano Tuning", "Two hours, two hundred and thirty strings, one very quiet shared, please."),
        Subject("Spanish Lessons", "From 'hola' to arguing with the town hall in about nine months."),
        Subject("Shared Moving", "Two strong people, one van, and no comment on your taste in sofas."),
        Subject("Watch Repair", "Springs, crystals, straps. If it ever ticked, it will tick again."),
        Subject("Dog Walking", "Twice round the lake, a photo every day, muddy paws wiped."),
        Subject("Curtain Making", "We measure, sew, hang, and iron the last crease on the ladder."),
        Subject("Phone Repair", "Screens in an hour. Rice does not help; we do."),
        Subject("Gardening", "Balconies, patios, and the thing behind the garage that used to be a lawn."),
        Subject("Maths Tutoring", "Fractions to integrals, with patience, biscuits and squared paper."),
        Subject("Knife Sharpening", "On the stone, by hand, while the scissors wait their turn."),
        Subject("Upholstery", "Granny's armchair gets another forty years."),
        Subject("Tax Returns", "Bring the shoebox. We have seen worse shoeboxes."),
        Subject("Tailoring", "Hems, zips, and the suit that shrank in the wardrobe all by itself."),
        Subject("Chimney Sweeping", "Soot out, birds' nests kept whole, good luck included."),
        Subject("Computer Rescue", "Old laptops made quick, lost photos found, no jargon at the counter."),
    ),
    forms=(
        Form("{} at Your Door", "Call in the morning and we ring your bell by the afternoon."),
        Form("{}, Honest Prices", "A written estimate first. It is also the bill."),
        Form("Saturday {}", "Open while the rest of the week's plans fall through."),
        Form(
            "{} for the Whole Building", "Five neighbours or more: a fifth off, and we bring our own ladder."
        ),
        Form(
            "Learn It Yourself: {}", "A three-hour class, so that next time you won't need us.", ("culture",)
        ),
    ),
    details=(
        "Message us a photo and you get a price within the hour.",
        "Two years' guarantee, in writing, on the fridge.",
        "Card, cash, or by instalments for whoever asks.",
        "We speak Spanish, English, Romanian and a little Chinese.",
        "Pensioners pay what they paid last year.",
    ),
    hosts=(
        Host("Ferretería Universal", "Screws by the unit, advice by the hour.", 12),
        Host("Manos a la Obra", "A cooperative of eleven trades and one calendar.", 9),
        Host("Clínica del Ordenador", "We ask it to turn itself off and on again, professionally.", 8),
        Host("Academia Cervantes Uno", "Languages, maths and nerves of steel before exams.", 6),
        Host("Hermanas Ibáñez", "Needle, thread, three sisters.", 4),
        Host("Tomás el Afilador", "You will hear the whistle before you see the bike.", 1),
    ),
)
