"""The words of adventure."""

from mock_upstream.tmdb.words.family import Family, words

ADVENTURE = Family(
    motif="sports",
    movie_genres=(28, 12, 14),
    tv_genres=(10759, 10765),
    movies=words("""
The Kite Smugglers | Los contrabandistas de cometas
Iron Monsoon | Monzón de hierro
The Ninth Rope Bridge | El noveno puente colgante
Compass of Thorns | La brújula de espinas
Race for the Amber Coast | Carrera a la costa de ámbar
The Stuntwoman | La especialista
Fever Latitude | Latitud de fiebre
Hold the Mountain | Sostened la montaña
The Pearl Run | La ruta de las perlas
Forty Knots to Sunrise | Cuarenta nudos hasta el alba
The Volcano's Apprentice | La aprendiz del volcán
Sky Without Handrails | Cielo sin barandilla
"""),
    movie_patterns=words("""
The Treasure of {} | El tesoro de {}
Escape from {} Rock | Fuga del peñón de {}
The Falcon of {} | El halcón de {}
Race to {} | Carrera a {}
The {} Convoy | El convoy de {}
Storm over {} | Tormenta sobre {}
"""),
    shows=words("""
The Pass Guides | Los guías del puerto
Salvage Crew | Equipo de rescate
Red Latitude | Latitud roja
The Sword Lenders | Las prestamistas de espadas
"""),
    show_patterns=words("""
Rangers of {} | Los guardas de {}
The Lost Fleet of {} | La flota perdida de {}
{} Rising | El despertar de {}
"""),
    heroes=words("""
A smuggler with a conscience | Un contrabandista con conciencia
A mountain guide who has sworn off summits | Una guía de montaña que ha renunciado a las cumbres
The best stuntwoman nobody has seen | La mejor especialista que nadie ha visto
A cashiered sea captain | Un capitán expulsado de la marina
An archaeologist in debt | Una arqueóloga endeudada
A courier on a borrowed motorbike | Una mensajera con una moto prestada
"""),
    turns=words("""
has three days to cross a mountain that kills in two | tiene tres días para cruzar una montaña que mata en dos
steals a map back from the one who drew it | roba un mapa a quien lo dibujó
is hired to sink the ship they are standing on | recibe dinero por hundir el barco en el que viaja
follows a falcon into a valley without a name | sigue a un halcón hasta un valle sin nombre
takes one last job, and the brakes fail first | acepta un último encargo, y lo primero que falla son los frenos
finds the treasure, and everybody else finds out | encuentra el tesoro, y todos los demás se enteran
"""),
    stakes=words("""
Behind them is an army, ahead of them the rainy season. | Detrás viene un ejército; delante, la estación de las lluvias.
There is only one parachute, and it is a tablecloth. | Solo hay un paracaídas, y es un mantel.
The fuse is shorter than the corridor. | La mecha es más corta que el pasillo.
Some bridges can only be crossed once. | Hay puentes que solo se cruzan una vez.
Luck, like petrol, runs out at night. | La suerte, como la gasolina, se acaba de noche.
"""),
)
