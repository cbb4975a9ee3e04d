"""The words of comedy, romance and films for the whole household."""

from mock_upstream.tmdb.words.family import Family, words

COMEDY = Family(
    motif="food",
    movie_genres=(35, 18, 10749),
    tv_genres=(35,),
    movies=words("""
The Accidental Bishop | El obispo accidental
My Mother's Third Wedding Rehearsal | El tercer ensayo de boda de mi madre
Croquettes at Dawn | Croquetas al amanecer
The Committee for Spoons | El comité de las cucharas
A Moderately Haunted Bakery | Una panadería ligeramente embrujada
Who Ordered the Camel? | ¿Quién ha pedido el camello?
The Slowest Getaway | La fuga más lenta
Uncle Fermín Buys an Island | El tío Fermín se compra una isla
Half a Tango | Medio tango
The Ambassador's Lawnmower | El cortacésped del embajador
Twelve Chairs Too Many | Doce sillas de más
Lunch with the Enemy | Almuerzo con el enemigo
"""),
    movie_patterns=words("""
The Worst Hotel in {} | El peor hotel de {}
Welcome to {}, Mind the Donkey | Bienvenidos a {}, cuidado con el burro
The {} Paella Scandal | El escándalo de la paella de {}
Everybody Out of {}! | ¡Todos fuera de {}!
Honeymoon for Five in {} | Luna de miel para cinco en {}
Mayor of {} by Mistake | Alcalde de {} por error
"""),
    shows=words("""
The Residents' Meeting | La junta de vecinos
Temporarily Out of Order | Fuera de servicio
Plan B and a Half | Plan B y medio
The Substitutes' Bench | El banquillo
"""),
    show_patterns=words("""
The {} Complaints Office | La oficina de quejas de {}
{} Is Full | {} está completo
Next Stop, {} | Próxima parada, {}
"""),
    heroes=words("""
A wedding photographer who is afraid of crowds | Un fotógrafo de bodas con miedo a las multitudes
The eldest of three brothers who share one good suit | El mayor de tres hermanos que comparten un solo traje bueno
A retired magician | Un mago jubilado
The most cautious driving instructor | La profesora de autoescuela más prudente
A bankrupt baron with an excellent cook | Un barón arruinado con una cocinera excelente
An overqualified dog walker | Una paseadora de perros con dos carreras
"""),
    turns=words("""
wins a restaurant in a raffle and cannot fry an egg | gana un restaurante en una rifa sin saber freír un huevo
is mistaken for the new mayor and enjoys it | recibe por error las llaves del ayuntamiento y le gusta
promises the same table to two weddings | promete la misma mesa a dos bodas
has to return a borrowed camel before Sunday | tiene que devolver un camello prestado antes del domingo
tells one small lie at a funeral | dice una mentira pequeña en un funeral
hires the burglar as an adviser | contrata al ladrón como asesor
"""),
    stakes=words("""
It could still go well, if only nobody helped. | Aún podría salir bien, si nadie ayudara.
Then the in-laws arrive a day early. | Entonces llegan los suegros, un día antes de lo previsto.
The truth would be simpler, but there is a buffet. | La verdad sería más sencilla, pero hay bufé.
By dessert half of the town is engaged and the other half is hiding. | A los postres medio pueblo está prometido y el otro medio se esconde.
Nothing goes to plan, least of all the plan. | Nada sale según el plan, y menos que nada el plan.
"""),
)

ROMANCE = Family(
    motif="events",
    movie_genres=(10749, 18, 35),
    tv_genres=(10766, 18),
    movies=words("""
The Umbrella We Shared | El paraguas que compartimos
Postcards I Kept from You | Las postales que no te di
Late Bus to the Almond Coast | El último autobús a la costa de los almendros
A Room with Two Clocks | Una habitación con dos relojes
Marta and the Meteorologist | Marta y el meteorólogo
The Interpreter's Silence | El silencio de la intérprete
Something Blue, Something Late | Algo azul, algo tarde
The Paper Orchard | El huerto de papel
Between Two Balconies | Entre dos balcones
An Ocean at Half Past Four | Un océano a las cuatro y media
The Lemon Season | La temporada de los limones
Snow on the Return Ticket | Nieve en el billete de vuelta | ko | 돌아오는 표 위의 눈
"""),
    movie_patterns=words("""
Letters from {} | Cartas desde {}
Meet Me under {} Bridge | Nos vemos bajo el puente de {}
One Summer in {} | Un verano en {}
Half of {} Was Ours | Medio {} era nuestro
The Florist of {} | La florista de {}
Good Night, {} | Buenas noches, {}
"""),
    shows=words("""
The House on Jasmine Street | La casa de la calle Jazmín
Promises at Noon | Promesas a mediodía
Second Violins | Segundos violines
Unsent | Sin enviar
"""),
    show_patterns=words("""
Hearts of {} | Corazones de {}
The Heirs of {} | Los herederos de {}
Always {} | Siempre {}
"""),
    heroes=words("""
A violinist who never finishes a letter | Una violinista que nunca termina una carta
A widowed florist | Una florista viuda
A translator of love poems | Un traductor de poemas de amor
An air traffic controller | Una controladora aérea
The heir to a failing vineyard | El heredero de un viñedo en apuros
A shy repairer of clocks | Un tímido relojero
"""),
    turns=words("""
boards the wrong train with the right stranger | sube al tren equivocado con la persona correcta
receives a postcard that is eleven years late | recibe una postal con once años de retraso
rents the room across from an old love | alquila la habitación de enfrente de un viejo amor
pretends to be engaged for a single weekend | finge un compromiso durante un solo fin de semana
must sell the house where it all began | tiene que vender la casa donde empezó todo
hears a familiar voice on a wrong number | oye una voz conocida en una llamada equivocada
"""),
    stakes=words("""
Both have learnt to live without, and neither is any good at it. | Han aprendido a vivir sin la otra persona, y a nadie se le da bien.
There is one summer to say it in. | Queda un verano para decirlo.
What they lost was small enough to fit in a coat pocket. | Lo que perdieron cabía en el bolsillo de un abrigo.
The last ferry leaves at nine. | El último ferry sale a las nueve.
Love, it turns out, keeps bad time. | El amor, por lo visto, no sabe de horarios.
"""),
)

HOUSEHOLD = Family(
    motif="family",
    movie_genres=(16, 10751, 14),
    tv_genres=(16, 10762),
    movies=words("""
Pipo and the Upside-Down River | Pipo y el río del revés
The Snail Who Ran the Post | El caracol cartero
Mother Thunder's Kitchen | La cocina de Mamá Trueno
The Bravest Button | El botón más valiente
A Dragon in the Bicycle Shed | Un dragón en el cuarto de las bicis
Ottilie Counts the Clouds | Otilia cuenta las nubes
The Night the Toys Voted | La noche en que votaron los juguetes
Badger & Sons, Tunnel Makers | Tejón e hijos, túneles
The Lighthouse Mice | Los ratones del faro
Grandpa's Flying Greenhouse | El invernadero volador del abuelo
The Whale Who Kept Secrets | La ballena que guardaba secretos
Kiko of the Thousand Kites | Kiko de las mil cometas | ja | 千の凧のキコ
"""),
    movie_patterns=words("""
The Giants of {} | Los gigantes de {}
The Clockwork Fox of {} | El zorro mecánico de {}
A Balloon to {} | Un globo a {}
The Littlest Knight of {} | La caballera más pequeña de {}
Winter Holidays in {} | Vacaciones de invierno en {}
The Singing Trees of {} | Los árboles cantores de {}
"""),
    shows=words("""
Bruno and the Bee Bus | Bruno y el autobús abeja
The Puddle Patrol | La patrulla de los charcos
Mina Mends Everything | Mina lo arregla todo
Seven Small Foxes | Siete zorritos
"""),
    show_patterns=words("""
The {} Treehouse | La casa del árbol de {}
Tales from {} Pond | Cuentos de la charca de {}
The Inventors of {} | Los inventores de {}
"""),
    heroes=words("""
A very small knight | Una caballera muy pequeña
A hedgehog with a head for numbers | Un erizo al que se le dan bien los números
A girl with a talking bicycle | Una niña con una bicicleta parlante
The youngest cloud of the valley | La nube más joven del valle
A fox made of clockwork | Un zorro de relojería
A girl who collects lost sounds | Una niña que colecciona sonidos perdidos
"""),
    turns=words("""
sets off to bring back the missing colour blue | sale en busca del color azul, que ha desaparecido
finds a map drawn by a snail | encuentra un mapa dibujado por un caracol
has until the first snow to build a bridge | tiene hasta la primera nevada para construir un puente
befriends a giant who is afraid of mice | traba amistad con un gigante que teme a los ratones
forgets to wind up the moon | olvida dar cuerda a la luna
makes a wish that works a little too well | pide un deseo que se cumple demasiado bien
"""),
    stakes=words("""
Luckily nobody has told them that it can't be done. | Por suerte, nadie les ha dicho que es imposible.
The way home leads through the Forest of Mondays. | El camino a casa cruza el Bosque de los Lunes.
It will take good friends, and quite a lot of jam. | Harán falta buenos amigos y bastante mermelada.
And bedtime is at eight. | Y a las ocho hay que irse a la cama.
Courage, they learn, comes in all sizes. | El valor, descubrirán, viene en todas las tallas.
"""),
)
