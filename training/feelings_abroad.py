"""Own written service sentences by sentiment in Spanish, French, German, Portuguese and Italian."""

from __future__ import annotations

# Language to sentiment to sentences, parted by "|".
SENTENCES: dict[str, dict[str, str]] = {
    "es": {
        "negative": "muy mal servicio|pésimo servicio|el servicio es terrible|qué vergüenza|"
        "es una vergüenza|estoy muy enfadado|estoy harto de esperar|estoy muy decepcionado|"
        "esto es inaceptable|nadie me ayuda|nadie contesta|llevo dos horas esperando|"
        "sigo esperando y nada|todavía no ha llegado y nadie responde|no funciona nada|"
        "mi pedido llegó roto|es una estafa|me habéis cobrado dos veces|qué asco|horrible|"
        "fatal|la peor experiencia de mi vida|nunca más|perdí mi tiempo y mi dinero|"
        "no estoy contento|no me gusta nada|odio esto|triste|qué pena|el personal fue grosero|"
        "una mierda de servicio|quiero poner una queja|no sirve para nada|malísimo|"
        "muy lento y caro",
        "neutral": "quiero cambiar mi reserva|dónde está mi pedido|cómo puedo cancelar mi cuenta|"
        "necesito ayuda con mi cuenta|a qué hora abren|cuánto cuesta|quiero reservar una mesa|"
        "me llamo [PERSON_1]|hola|sí|no|vale|mañana a las cinco|puede enviarme la factura|"
        "he perdido mi tarjeta|quisiera una habitación para dos noches|tengo una pregunta|"
        "buenos días|mi número es [PHONE_NUMBER_1]|el paquete llega mañana|cuál es el horario",
        "positive": "muchas gracias|gracias por su ayuda|excelente servicio|muy buen servicio|"
        "me encanta|estoy muy contento|estoy feliz|todo perfecto|genial|fantástico|maravilloso|"
        "muy amable|qué bueno|el mejor servicio|lo recomiendo|increíble atención|"
        "muy rápido, gracias|funciona de maravilla|estupendo|qué alegría|me gusta mucho|"
        "perfecto, gracias|sois los mejores",
    },
    "fr": {
        "negative": "très mauvais service|service nul|le service est horrible|c'est une honte|"
        "quelle honte|je suis très en colère|j'en ai marre d'attendre|je suis très déçu|"
        "c'est inacceptable|personne ne m'aide|personne ne répond|j'attends depuis deux heures|"
        "toujours rien reçu et aucune réponse|rien ne marche|ma commande est arrivée cassée|"
        "c'est une arnaque|vous m'avez débité deux fois|dégoûté|horrible|catastrophique|"
        "la pire expérience de ma vie|plus jamais|perte de temps et d'argent|"
        "je ne suis pas content|je n'aime pas du tout|je déteste ça|triste|quel dommage|"
        "le personnel était impoli|service de merde|je veux porter plainte|ça ne sert à rien|"
        "inadmissible|très lent et trop cher|vraiment décevant",
        "neutral": "je veux changer ma réservation|où est ma commande|comment fermer mon compte|"
        "j'ai besoin d'aide avec mon compte|à quelle heure ouvrez-vous|combien ça coûte|"
        "je voudrais réserver une table|je m'appelle [PERSON_1]|bonjour|oui|non|d'accord|"
        "demain à cinq heures|pouvez-vous m'envoyer la facture|j'ai perdu ma carte|"
        "je voudrais une chambre pour deux nuits|j'ai une question|je voudrais annuler ma commande|"
        "mon numéro est [PHONE_NUMBER_1]|le colis arrive demain|quels sont vos horaires",
        "positive": "merci beaucoup|merci pour votre aide|excellent service|très bon service|"
        "j'adore|je suis très content|je suis ravi|tout est parfait|génial|fantastique|magnifique|"
        "très aimable|c'est super|le meilleur service|je recommande|accueil incroyable|"
        "très rapide, merci|ça marche très bien|formidable|quelle joie|j'aime beaucoup|"
        "parfait, merci|vous êtes les meilleurs",
    },
    "de": {
        "negative": "sehr schlechter service|mieser service|der service ist furchtbar|"
        "das ist eine frechheit|unverschämt|ich bin sehr wütend|ich habe es satt zu warten|"
        "ich bin sehr enttäuscht|das ist inakzeptabel|niemand hilft mir|niemand antwortet|"
        "ich warte seit zwei stunden|immer noch nichts und keine antwort|nichts funktioniert|"
        "meine bestellung kam kaputt an|das ist betrug|sie haben doppelt abgebucht|schrecklich|"
        "katastrophe|die schlechteste erfahrung meines lebens|nie wieder|"
        "zeitverschwendung und geldverschwendung|ich bin nicht zufrieden|gefällt mir gar nicht|"
        "ich hasse das|traurig|wie schade|das personal war unhöflich|scheiß service|"
        "ich möchte mich beschweren|völlig nutzlos|unmöglich|sehr langsam und zu teuer|so ein mist|"
        "echt ärgerlich",
        "neutral": "ich möchte meine buchung ändern|wo ist meine bestellung|"
        "wie kann ich mein konto schließen|ich brauche hilfe mit meinem konto|"
        "wann öffnen sie|wie viel kostet das|ich möchte einen tisch reservieren|"
        "ich heiße [PERSON_1]|hallo|ja|nein|okay|morgen um fünf uhr|"
        "können sie mir die rechnung schicken|ich habe meine karte verloren|"
        "ich hätte gern ein zimmer für zwei nächte|ich habe eine frage|guten tag|"
        "meine nummer ist [PHONE_NUMBER_1]|das paket kommt morgen|wie sind die öffnungszeiten",
        "positive": "vielen dank|danke für ihre hilfe|ausgezeichneter service|sehr guter service|"
        "ich liebe es|ich bin sehr zufrieden|ich freue mich|alles perfekt|toll|super|fantastisch|"
        "wunderbar|sehr freundlich|großartig|der beste service|sehr zu empfehlen|"
        "sehr schnell, danke|funktioniert wunderbar|spitze|gefällt mir sehr|perfekt, danke|"
        "ihr seid die besten|einfach klasse",
    },
    "pt": {
        "negative": "péssimo atendimento|serviço horrível|o serviço é terrível|que vergonha|"
        "é uma vergonha|estou muito irritado|estou cansado de esperar|estou muito decepcionado|"
        "isso é inaceitável|ninguém me ajuda|ninguém responde|estou esperando há duas horas|"
        "ainda não chegou e ninguém responde|nada funciona|meu pedido chegou quebrado|"
        "isso é golpe|fui cobrado duas vezes|que nojo|horrível|ruim demais|"
        "a pior experiência da minha vida|nunca mais|perdi tempo e dinheiro|não estou satisfeito|"
        "não gostei nada|odeio isso|triste|que pena|o funcionário foi grosseiro|"
        "serviço de merda|quero fazer uma reclamação|não serve para nada|absurdo|lento e caro",
        "neutral": "quero mudar minha reserva|onde está meu pedido|como cancelo minha conta|"
        "preciso de ajuda com minha conta|que horas vocês abrem|quanto custa|"
        "quero reservar uma mesa|meu nome é [PERSON_1]|olá|sim|não|está bem|"
        "amanhã às cinco horas|pode me enviar a fatura|perdi meu cartão|"
        "gostaria de um quarto para duas noites|tenho uma pergunta|bom dia|"
        "meu número é [PHONE_NUMBER_1]|a encomenda chega amanhã|qual é o horário",
        "positive": "muito obrigado|obrigada pela ajuda|excelente atendimento|ótimo serviço|"
        "adorei|eu amo|estou muito feliz|estou muito satisfeito|tudo perfeito|genial|fantástico|"
        "maravilhoso|muito gentil|que bom|o melhor atendimento|recomendo|atendimento incrível|"
        "muito rápido, obrigado|funciona muito bem|que alegria|gostei muito|perfeito, obrigado|"
        "vocês são os melhores",
    },
    "it": {
        "negative": "pessimo servizio|servizio orribile|il servizio è terribile|che vergogna|"
        "è una vergogna|sono molto arrabbiato|sono stufo di aspettare|sono molto deluso|"
        "è inaccettabile|nessuno mi aiuta|nessuno risponde|aspetto da due ore|"
        "ancora niente e nessuna risposta|non funziona niente|il mio ordine è arrivato rotto|"
        "è una truffa|mi avete addebitato due volte|che schifo|orribile|disastro|"
        "la peggiore esperienza della mia vita|mai più|tempo e soldi buttati|"
        "non sono contento|non mi piace per niente|odio questo|triste|che peccato|"
        "il personale era maleducato|servizio di merda|voglio fare un reclamo|"
        "non serve a niente|assurdo|lento e troppo caro",
        "neutral": "voglio cambiare la mia prenotazione|dov'è il mio ordine|"
        "come posso chiudere il mio conto|ho bisogno di aiuto con il mio conto|a che ora aprite|"
        "quanto costa|vorrei prenotare un tavolo|mi chiamo [PERSON_1]|ciao|sì|no|va bene|"
        "domani alle cinque|può mandarmi la fattura|ho perso la mia carta|"
        "vorrei una camera per due notti|ho una domanda|buongiorno|"
        "il mio numero è [PHONE_NUMBER_1]|il pacco arriva domani|quali sono gli orari",
        "positive": "grazie mille|grazie per l'aiuto|servizio eccellente|ottimo servizio|"
        "lo adoro|sono molto contento|sono felice|tutto perfetto|geniale|fantastico|"
        "meraviglioso|molto gentile|che bello|il miglior servizio|lo consiglio|"
        "assistenza incredibile|molto veloce, grazie|funziona benissimo|stupendo|che gioia|"
        "mi piace molto|perfetto, grazie|siete i migliori",
    },
}
