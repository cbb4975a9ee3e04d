"""The words of crime, science fiction and horror."""

from mock_upstream.tmdb.words.family import Family, words

CRIME = Family(
    motif="culture",
    movie_genres=(80, 53, 9648),
    tv_genres=(80, 9648, 18),
    movies=words("""
The Receipt for Eleven Umbrellas | El recibo de los once paraguas
Quiet Ballast | Lastre en silencio
A Witness by Appointment | Testigo con cita previa
The Ferryman's Second Ledger | El segundo libro del barquero
Dead Letter Sunday | Domingo de cartas muertas
The Locksmith Who Knocked | El cerrajero que llamaba a la puerta
Seven Alibis and a Goat | Siete coartadas y una cabra
What the Doorbell Saw | Lo que vio el timbre
Counterfeit Rain | Lluvia falsificada
The Tidewater Inquest | El sumario de la marea
Nobody Parks on Calle Olmo | Nadie aparca en la calle Olmo
The Night Clerk's Arithmetic | La aritmética del recepcionista | fr | L'Arithmétique du veilleur
"""),
    movie_patterns=words("""
The Last Customs Man of {} | El último aduanero de {}
Blackout over {} | Apagón sobre {}
Three Keys to {} | Tres llaves para {}
The {} Deposition | La declaración de {}
A Fine Day to Leave {} | Buen día para irse de {}
Cold Harbour, {} | Puerto frío, {}
"""),
    shows=words("""
The Evidence Room | El cuarto de las pruebas
Harbour Division | División del puerto
Minor Offences | Faltas leves
The Notary | La notaria
"""),
    show_patterns=words("""
{} After Midnight | {} después de medianoche
The {} Bureau | La oficina de {}
Cold Cases of {} | Casos fríos de {}
"""),
    heroes=words("""
A suspended customs inspector | Un inspector de aduanas suspendido
A court stenographer who forgets nothing | Una taquígrafa que no olvida nada
An insurance investigator on her last case | Una perito de seguros en su último caso
A locksmith with a spotless record | Un cerrajero de expediente impecable
The younger of two sisters with a pawnshop | La menor de dos hermanas con una casa de empeños
A night porter | Un portero de noche
"""),
    turns=words("""
finds a key that opens four different front doors | encuentra una llave que abre cuatro puertas distintas
recognises the handwriting on a ransom note | reconoce la letra de una nota de rescate
is handed the wrong suitcase, and then the right corpse | recibe la maleta equivocada y, después, el cadáver correcto
reads about a murder one day before it happens | lee sobre un asesinato un día antes de que ocurra
sees a dead man collect his own parcel | ve a un muerto recoger su propio paquete
agrees to hide a ledger for one weekend | acepta esconder un libro de cuentas un fin de semana
"""),
    stakes=words("""
By Monday everybody in town has an alibi except the one who is telling the truth. | El lunes todo el mundo tiene coartada, salvo quien dice la verdad.
The only witness keeps changing the story, and each version is worse. | El único testigo cambia la historia, y cada versión es peor.
Every answer costs a friend, and there were only three to begin with. | Cada respuesta cuesta un amigo, y al principio solo había tres.
Somebody at headquarters is reading along. | Alguien en la central lo está leyendo todo.
The money was never the point. | El dinero nunca fue lo importante.
"""),
)

SCIENCE = Family(
    motif="nightlife",
    movie_genres=(878, 12, 18),
    tv_genres=(10765, 18),
    movies=words("""
The Slow Satellite | El satélite lento
Forty Minutes of Gravity | Cuarenta minutos de gravedad
Weather for Other Planets | El tiempo en otros planetas
The Echo Gardeners | Los jardineros del eco
Perihelion Motel | Motel Perihelio
A Spare Moon | Una luna de repuesto
Our Daughter the Lighthouse | Nuestra hija, el faro
The Borrowed Century | El siglo prestado
Instructions for Waking the Crew | Instrucciones para despertar a la tripulación
Orbit of Small Errors | Órbita de pequeños errores
The Copper Astronaut | La astronauta de cobre
Salt in the Airlock | Sal en la esclusa | ja | 気閘の塩
"""),
    movie_patterns=words("""
Signals from {} | Señales desde {}
The {} Paradox | La paradoja de {}
Descent to {} | Descenso a {}
Zero Hour at {} | Hora cero en {}
The Machines of {} | Las máquinas de {}
Eleven Light-Years from {} | A once años luz de {}
"""),
    shows=words("""
Tether Station | Estación Amarra
The Calendar Engineers | Los ingenieros del calendario
Low Orbit | Órbita baja
Second Memory | Segunda memoria
"""),
    show_patterns=words("""
Colony {} | Colonia {}
The {} Transmissions | Las transmisiones de {}
Beyond {} Station | Más allá de la estación {}
"""),
    heroes=words("""
The last cartographer of a generation ship | La última cartógrafa de una nave generacional
A repair technician who talks to satellites | Un técnico que habla con los satélites
A botanist on a station that has no windows | Una botánica en una estación sin ventanas
A decommissioned translation machine | Una máquina de traducir fuera de servicio
A twin born eleven years after her sister | Una gemela nacida once años después que su hermana
The janitor of a particle laboratory | La conserje de un laboratorio de partículas
"""),
    turns=words("""
receives a distress call that was recorded tomorrow | recibe una llamada de socorro grabada mañana
notices that the stars outside are a day late | nota que las estrellas llegan con un día de retraso
wakes up forty years too early | despierta cuarenta años antes de tiempo
finds a door that every plan of the ship leaves out | encuentra una puerta que falta en todos los planos
discovers that the weather is being corrected | descubre que alguien corrige el tiempo
is asked to forget one minute, and refuses | recibe la orden de olvidar un minuto y se niega
"""),
    stakes=words("""
There is air for nine days and an argument that has lasted twelve years. | Queda aire para nueve días y una discusión que dura ya doce años.
Going home is possible; it just has not happened yet. | Volver a casa es posible; solo que aún no ha pasado.
What answers from the dark is polite, patient and very close. | Lo que responde desde la oscuridad es amable, paciente y está muy cerca.
To save the crew, somebody must be left out of the count. | Para salvar a la tripulación, alguien debe quedar fuera de la cuenta.
Time is on nobody's side. | El tiempo no está del lado de nadie.
"""),
)

HORROR = Family(
    motif="services",
    movie_genres=(27, 53, 9648),
    tv_genres=(9648, 18),
    movies=words("""
The Wallpaper Listens | El papel pintado escucha
Do Not Water the Orchids | No riegues las orquídeas
The Thirteenth Landing | El rellano trece
Milk Teeth of the House | Los dientes de leche de la casa
The Understudy's Shadow | La sombra de la suplente
Somebody Is Ironing Upstairs | Alguien plancha en el piso de arriba
The Salt Nursery | El cuarto de sal
All the Mirrors in Aunt Odile's Flat | Todos los espejos de la tía Odile
A Draught from Nowhere | Una corriente de ninguna parte
The Patient Well | El pozo paciente
Vespers for a Drowned Choir | Vísperas para un coro ahogado
The Quiet Lodgers | Los huéspedes callados | fr | Les Pensionnaires muets
"""),
    movie_patterns=words("""
The Cellars of {} | Los sótanos de {}
Night Falls Twice on {} | En {} anochece dos veces
The {} Exhumation | La exhumación de {}
Nobody Sleeps in {} | En {} no duerme nadie
The Bell of {} | La campana de {}
Hush, {} | Silencio, {}
"""),
    shows=words("""
The Other Stairwell | La otra escalera
Caretakers | Los guardeses
Under the Orchard | Bajo el huerto
The Long Vespers | Las vísperas largas
"""),
    show_patterns=words("""
The {} Hauntings | Los fantasmas de {}
What Lives Below {} | Lo que vive debajo de {}
{}, Population Zero | {}, cero habitantes
"""),
    heroes=words("""
A restorer of antique mirrors | Una restauradora de espejos antiguos
A family of five that moved in too cheaply | Una familia de cinco que pagó demasiado poco por la casa
The new caretaker of a closed sanatorium | El nuevo guardés de un sanatorio cerrado
A radio announcer on the night shift | Una locutora del turno de noche
A piano tuner who is losing his hearing | Un afinador de pianos que pierde el oído
A nurse with one last house call | Una enfermera con una última visita
"""),
    turns=words("""
hears familiar footsteps arrive a second too late | oye llegar unos pasos conocidos con un segundo de retraso
counts one stair more every night | cuenta cada noche un peldaño más
finds a child's drawing of a room that has been bricked up | encuentra el dibujo infantil de un cuarto tapiado
answers a telephone that was disconnected in 1962 | contesta un teléfono desconectado en 1962
inherits a house with one tenant who never signed anything | hereda una casa con un inquilino que nunca firmó nada
learns why the neighbours whisper at dusk | aprende por qué los vecinos susurran al anochecer
"""),
    stakes=words("""
Whatever it wants, it has learnt to knock. | Sea lo que sea lo que quiere, ha aprendido a llamar a la puerta.
The doors are not locked; they are held. | Las puertas no están cerradas: alguien las sujeta.
By the third night nobody remembers who came first. | A la tercera noche nadie recuerda quién llegó primero.
Leaving would be easy, if only they were still alone. | Irse sería fácil, si aún estuvieran a solas.
It has been waiting longer than the house has stood. | Lleva esperando más tiempo del que la casa lleva en pie.
"""),
)
