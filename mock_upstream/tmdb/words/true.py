"""The words of drama, history, and documentaries of music."""

from mock_upstream.tmdb.words.family import Family, words

DRAMA = Family(
    motif="culture",
    movie_genres=(18, 10749, 36),
    tv_genres=(18,),
    movies=words("""
The Weight of Borrowed Bread | El peso del pan prestado
Tenants of the Upper Field | Los inquilinos del campo de arriba
Her Father's Tools | Las herramientas de su padre
A Winter Without Post | Un invierno sin correo
The Sugar Weighers | Las pesadoras de azúcar
Elena at the Window, Standing | Elena de pie ante la ventana
The Quarry School | La escuela de la cantera
Inventory of a Marriage | Inventario de un matrimonio
What We Owe the River | Lo que debemos al río
The Left-Handed Brothers | Los hermanos zurdos
Bread Before Speeches | El pan antes que los discursos
The Glass Harvest | La cosecha de vidrio | fr | La Moisson de verre
"""),
    movie_patterns=words("""
The Clockmaker of {} | El relojero de {}
Nine Winters in {} | Nueve inviernos en {}
The Orphans of {} | Los huérfanos de {}
Leaving {} | Dejar {}
My Years at {} | Mis años en {}
The Bridge at {} | El puente de {}
"""),
    shows=words("""
The Ferry Line | La línea del ferry
Ward Eleven | Sala once
The Harvest Accounts | Las cuentas de la cosecha
Open Adoption | Adopción abierta
"""),
    show_patterns=words("""
The Doctors of {} | Los médicos de {}
{} Road | Camino de {}
The {} Inheritance | La herencia de {}
"""),
    heroes=words("""
A village schoolteacher | Una maestra de pueblo
A foreman with a week left at the quarry | Un capataz con una semana por delante en la cantera
The youngest daughter of a baker | La hija menor de un panadero
A surgeon who can no longer operate | Una cirujana que ya no puede operar
A retired ferry pilot | Un piloto de ferry jubilado
The elder of two estranged brothers | El mayor de dos hermanos distanciados
"""),
    turns=words("""
comes home for a funeral and stays for the trial | vuelve a casa para un entierro y se queda para el juicio
takes in a boy who will not say his name | acoge a un niño que no quiere decir su nombre
finds out who has been paying the rent | averigua quién ha estado pagando el alquiler
opens a letter that was meant for the whole town | abre una carta dirigida a todo el pueblo
refuses to sign, as the only one | se niega a firmar, a diferencia del resto
begins to repair what the flood has left | empieza a reparar lo que dejó la riada
"""),
    stakes=words("""
Forgiveness would be cheaper, and much harder to find. | El perdón saldría más barato, y cuesta mucho más encontrarlo.
Some debts are paid by those who did not make them. | Hay deudas que pagan quienes no las contrajeron.
Silence has held the family together for thirty years; now it won't. | El silencio ha unido a la familia treinta años; ya no.
Spring comes late, and not for everybody. | La primavera llega tarde, y no para todos.
There is no good way to tell the children. | No hay buena manera de contárselo a los niños.
"""),
)

HISTORY = Family(
    motif="services",
    movie_genres=(36, 10752, 37),
    tv_genres=(10768, 18),
    movies=words("""
The Cartographer's Armistice | El armisticio del cartógrafo
Salt Road, 1643 | El camino de la sal, 1643
The Printer of the Second Siege | El impresor del segundo sitio
A Mule for the General | Una mula para el general
The Widow's Cannon | El cañón de la viuda
Dust over Mercy Creek | Polvo sobre Arroyo Merced
The Last Telegraph West | El último telégrafo del oeste
Sisters of the Powder Mill | Las hermanas del polvorín
The King's Food Taster | La catadora del rey
Under a Borrowed Flag | Bajo bandera prestada
Saddle the Grey Mare | Ensillad la yegua gris
The Winter Parliament | El parlamento de invierno
"""),
    movie_patterns=words("""
The Siege of {} | El sitio de {}
The Treaty of {} | El tratado de {}
Riders to {} | Jinetes hacia {}
The Queen's Road to {} | El camino de la reina a {}
{}, 1871 | {}, 1871
The Deserters of {} | Los desertores de {}
"""),
    shows=words("""
The Regents | Los regentes
Powder and Lace | Pólvora y encaje
The Grain Office | La oficina del grano
Frontier Notary | Notario de frontera
"""),
    show_patterns=words("""
The House of {} | La casa de {}
{} Under Arms | {} en armas
The Crown of {} | La corona de {}
"""),
    heroes=words("""
A printer with a forbidden press | Un impresor con una prensa prohibida
The young queen's food taster | La catadora de la joven reina
A deserter in a borrowed uniform | Un desertor con uniforme prestado
A telegraph operator on the frontier | Una telegrafista en la frontera
A mapmaker in the service of two kings | Un cartógrafo al servicio de dos reyes
The widow of a gunsmith | La viuda de un armero
"""),
    turns=words("""
is sent to sign a peace that nobody wants | recibe el encargo de firmar una paz que nadie quiere
carries a message through an army on the march | lleva un mensaje a través de un ejército en marcha
hides a wounded enemy under the mill | esconde a un enemigo herido bajo el molino
must choose between a crown and a brother | debe elegir entre una corona y un hermano
learns what the siege was really for | aprende para qué era en realidad el sitio
writes down what was to be forgotten | pone por escrito lo que debía olvidarse
"""),
    stakes=words("""
Winter is nearer than the army. | El invierno está más cerca que el ejército.
History will remember another name. | La historia recordará otro nombre.
The walls will hold; the bread will not. | Las murallas resistirán; el pan, no.
Loyalty has a price, and it is paid in horses. | La lealtad tiene un precio, y se paga en caballos.
At dawn the gates will open, one way or the other. | Al alba se abrirán las puertas, de un modo u otro.
"""),
)

STAGE = Family(
    motif="music",
    movie_genres=(99, 10402),
    tv_genres=(99,),
    movies=words("""
Four Strings and a Border | Cuatro cuerdas y una frontera
The Brass Band of Platform Nine | La banda del andén nueve
Hands That Tune the Organ | Las manos que afinan el órgano
The Bolero Archive | El archivo del bolero
Loud in a Small Town | Ruido en un pueblo pequeño
Women of the Long Drum | Las mujeres del tambor largo
Vinyl Weather | Tiempo de vinilo
The Accordion Mender | El reparador de acordeones
A Choir for Lorry Drivers | Un coro de camioneros
Encore in the Dark | Un bis a oscuras
The Street That Sang Back | La calle que respondía cantando
Seventeen Takes | Diecisiete tomas
"""),
    movie_patterns=words("""
Live at {} | En directo en {}
The {} Sessions | Las sesiones de {}
A Song for {} | Una canción para {}
The Orchestra of {} | La orquesta de {}
How {} Learnt to Dance | Cómo aprendió {} a bailar
The Lost Tapes of {} | Las cintas perdidas de {}
"""),
    shows=words("""
One Street, One Song | Una calle, una canción
The Instrument Hospital | El hospital de instrumentos
Kitchen Concerts | Conciertos de cocina
Deep Field | Campo profundo
"""),
    show_patterns=words("""
The Rivers of {} | Los ríos de {}
{} by Night | {} de noche
The Makers of {} | Los artesanos de {}
"""),
    heroes=words("""
A municipal brass band | Una banda municipal
The last builder of barrel organs | El último constructor de organillos
A choir without a conductor | Un coro sin director
A session drummer nobody ever credited | Una batería de estudio que nadie acreditó
The archivist of a bankrupt record label | El archivero de una discográfica en quiebra
The last pupil of a blind guitarist | La última alumna de un guitarrista ciego
"""),
    turns=words("""
sets out to play one concert on every day of a year | se propone dar un concierto cada día del año
returns to the hall that burnt down in 1974 | vuelve a la sala que ardió en 1974
looks for the voice on an unmarked tape | busca la voz de una cinta sin nombre
rehearses a piece that has no ending | ensaya una pieza que no tiene final
opens the rehearsal room to whoever comes by | abre el local de ensayo a quien pase por allí
crosses three borders with one double bass | cruza tres fronteras con un contrabajo
"""),
    stakes=words("""
A portrait of the art of listening. | Un retrato del arte de escuchar.
Six years of work, with one microphone. | Seis años de trabajo, con un solo micrófono.
What remains is not the applause. | Lo que queda no son los aplausos.
The audience is small, and sings along. | El público es poco, y canta.
Nobody here is famous, and everybody should be. | Nadie aquí tiene fama, y todos la merecen.
"""),
)
