"""Quarters and towns: ``name | lat lng | post code and town | street, street``."""

CITY = """
Lavapiés    | 40.4087 -3.7007 | 28012 Madrid | Calle de Argumosa, Calle del Olivar, Calle de la Fe
La Latina   | 40.4117 -3.7092 | 28005 Madrid | Calle de la Cava Baja, Calle de Calatrava, Calle del Humilladero
Malasaña    | 40.4266 -3.7040 | 28004 Madrid | Calle del Pez, Calle de la Palma, Calle de Velarde
Chueca      | 40.4229 -3.6975 | 28004 Madrid | Calle de Pelayo, Calle de Gravina, Calle de Augusto Figueroa
Las Letras  | 40.4138 -3.6980 | 28014 Madrid | Calle de las Huertas, Calle de Moratín, Calle de Cervantes
Chamberí    | 40.4345 -3.7040 | 28010 Madrid | Calle de Ponzano, Calle del Cardenal Cisneros, Calle de Trafalgar
Argüelles   | 40.4302 -3.7163 | 28008 Madrid | Calle de Gaztambide, Calle de Altamirano, Calle de Ferraz
Salamanca   | 40.4280 -3.6843 | 28001 Madrid | Calle de Jorge Juan, Calle de Ayala, Calle de Lagasca
Retiro      | 40.4185 -3.6760 | 28009 Madrid | Calle de Ibiza, Calle de Narváez, Calle de Menorca
Delicias    | 40.4000 -3.6935 | 28045 Madrid | Paseo de las Delicias, Calle de Áncora, Calle de Ferrocarril
Arganzuela  | 40.3962 -3.7030 | 28045 Madrid | Calle de Embajadores, Paseo de la Chopera, Calle de Guillermo de Osma
Carabanchel | 40.3893 -3.7330 | 28025 Madrid | Calle de la Oca, Calle del General Ricardos, Calle de la Laguna
Usera       | 40.3866 -3.7069 | 28026 Madrid | Calle de Marcelo Usera, Calle de Nicolás Sánchez, Calle de Amparo Usera
Vallecas    | 40.3918 -3.6626 | 28038 Madrid | Avenida de la Albufera, Calle de Monte Igueldo, Calle de Peña Prieta
La Elipa    | 40.4236 -3.6535 | 28017 Madrid | Avenida del Marqués de Corbera, Calle de Santa Felicidad, Calle de San Donato
La Guindalera | 40.4360 -3.6690 | 28028 Madrid | Calle de Cartagena, Calle de Ardemans, Calle de Martínez Izquierdo
Prosperidad | 40.4437 -3.6712 | 28002 Madrid | Calle de López de Hoyos, Calle de Luis Cabrera, Calle de Malcampo
Tetuán      | 40.4605 -3.6981 | 28020 Madrid | Calle de Bravo Murillo, Calle de Orense, Calle de Infanta Mercedes
Chamartín   | 40.4622 -3.6772 | 28036 Madrid | Calle del Príncipe de Vergara, Avenida de Alberto Alcocer, Calle del Uruguay
Hortaleza   | 40.4745 -3.6415 | 28043 Madrid | Calle de Mar Cantábrico, Avenida de Barranquilla, Calle de la Liberación
Moratalaz   | 40.4055 -3.6445 | 28030 Madrid | Calle de Marroquina, Camino de los Vinateros, Calle de la Hacienda de Pavones
Aluche      | 40.3905 -3.7600 | 28024 Madrid | Calle de Camarena, Calle de Illescas, Calle de Maqueda
Barajas     | 40.4736 -3.5796 | 28042 Madrid | Plaza Mayor de Barajas, Calle de la Botica, Avenida de Logroño
"""

TOWNS = """
Getafe        | 40.3083 -3.7327 | 28901 Getafe | Calle Madrid, Calle Toledo, Avenida de Aragón
Leganés       | 40.3281 -3.7635 | 28911 Leganés | Calle Juan Muñoz, Avenida de la Universidad, Calle Rioja
Alcorcón      | 40.3459 -3.8249 | 28921 Alcorcón | Calle Mayor, Avenida de Lisboa, Calle Cisneros
Móstoles      | 40.3223 -3.8650 | 28931 Móstoles | Calle Antonio Hernández, Avenida de la Constitución, Calle Cartaya
Fuenlabrada   | 40.2842 -3.7942 | 28944 Fuenlabrada | Calle Honda, Calle de la Plaza, Calle Leganés
Valdemoro     | 40.1909 -3.6740 | 28341 Valdemoro | Calle Estrella de Elola, Calle Grande, Paseo de la Estación
Pozuelo       | 40.4348 -3.8137 | 28224 Pozuelo de Alarcón | Avenida de Europa, Calle San Rosendo, Calle Atenas
Las Rozas     | 40.4929 -3.8737 | 28231 Las Rozas de Madrid | Calle Real, Avenida de Atenas, Calle Camilo José Cela
Alcobendas    | 40.5404 -3.6358 | 28100 Alcobendas | Calle de la Constitución, Avenida de España, Calle Mayor
Tres Cantos   | 40.6009 -3.7081 | 28760 Tres Cantos | Avenida de Viñuelas, Avenida de los Labradores, Calle del Viento
Colmenar Viejo | 40.6590 -3.7676 | 28770 Colmenar Viejo | Calle del Real, Calle de la Iglesia, Calle del Cura
Coslada       | 40.4238 -3.5613 | 28821 Coslada | Avenida de España, Calle Méjico, Avenida de la Constitución
Torrejón      | 40.4582 -3.4697 | 28850 Torrejón de Ardoz | Calle Enmedio, Calle Hospital, Avenida de la Constitución
Rivas         | 40.3570 -3.5370 | 28521 Rivas-Vaciamadrid | Avenida de Covibar, Calle Frida Kahlo, Paseo de las Provincias
"""
