"""Words and sentences of other languages than English, most of them ordinary: data, not code.

The body's vocabulary is English, so it reads a foreign noun in much the same pieces as a foreign
name; only many ordinary nouns, in many places of a sentence, teach the head to leave them alone.
All of it is the project's own. Slots are filled as in `pii_templates`, but from `WORDS` of the
sentence's language where that has the slot. `pii_templates.OTHER` holds letters and forms.
"""

from __future__ import annotations

# A slot after an article holds what that article can stand before: French and Italian nouns that
# begin with a vowel have a slot of their own ("l'{nv}").
WORDS: dict[str, dict[str, str]] = {
    "de": {
        "nm": "Bericht|Vertrag|Auftrag|Antrag|Brief|Termin|Plan|Drucker|Rechner|Bildschirm|Schlüssel|Koffer|"
        "Schrank|Tisch|Stuhl|Teppich|Garten|Zaun|Keller|Flur|Balkon|Aufzug|Parkplatz|Bahnhof|Zug|Bus|Wagen|"
        "Motor|Reifen|Fehler|Test|Versuch|Preis|Rabatt|Kredit|Gewinn|Verlust|Absatz|Markt|Laden|Sommer|"
        "Winter|Regen|Sturm|Wald|Berg|Fluss|Strand|Apfel|Kuchen|Salat|Löffel|Teller|Topf|Ofen|Kühlschrank|"
        "Husten|Verband|Unfall|Schaden|Urlaub|Ausflug|Vortrag|Kurs|Abschnitt|Ordner|Zettel|Kalender|Stempel|"
        "Umschlag|Karton|Boden|Deckel|Hammer|Eimer|Besen|Mantel|Schuh|Hut|Hund|Baum|Zweig|Ball|Verein|Pokal|"
        "Sieg|Film|Roman|Artikel|Stift|Kopf|Arm|Rücken|Beschluss|Ausschuss|Betrieb|Einkauf|Verkauf|Versand|"
        "Vertrieb|Lohn|Zins|Anteil|Vergleich|Hinweis|Einwand|Nachweis|Zeitraum|Rahmen|Ablauf|Zugang|Saal|Raum|Hof|Weg|Platz|Turm|Hafen|Hügel|Bach|Sitz|"
        "Gang|Eingang|Ausgang|Korb|Nagel|Faden|Stoff|Knopf|Kragen|Gürtel|Schlaf|Traum|Streit|Erfolg|Dienst",
        "nf": "Rechnung|Lieferung|Bestellung|Mahnung|Kündigung|Zahlung|Überweisung|Anfrage|Antwort|Frage|"
        "Sitzung|Besprechung|Leitung|Verwaltung|Versicherung|Garantie|Maschine|Anlage|Heizung|Lampe|Batterie|"
        "Tür|Wand|Decke|Treppe|Küche|Wohnung|Werkstatt|Halle|Fabrik|Schule|Kirche|Brücke|Straße|Kreuzung|"
        "Ampel|Haltestelle|Fahrkarte|Reise|Tasche|Jacke|Hose|Brille|Uhr|Flasche|Dose|Suppe|Torte|Wurst|"
        "Butter|Milch|Zwiebel|Gabel|Pfanne|Waschmaschine|Datei|Tabelle|Spalte|Zeile|Seite|Liste|Karte|Nummer|"
        "Anleitung|Vorlage|Übersicht|Prüfung|Übung|Klasse|Vorlesung|Forschung|Messung|Untersuchung|"
        "Behandlung|Impfung|Salbe|Erkältung|Steuer|Miete|Gebühr|Ausgabe|Einnahme|Nachfrage|Produktion|Ware|"
        "Filiale|Kasse|Werbung|Messe|Nachricht|Zeitung|Sendung|Musik|Geschichte|Stimme|Hand|Schulter|Katze|"
        "Kuh|Blume|Wiese|Wolke|Sonne|Insel|Küste|Grenze|Gemeinde|Stadt|Regierung|Partei|Wahl|Mehrheit|"
        "Entscheidung|Lösung|Änderung|Verbesserung|Aufgabe|Pause|Stunde|Woche|Ecke|Etage|Garage|Terrasse|Bühne|Reihe|Stelle|"
        "Ausstellung|Veranstaltung|Begrüßung|Einladung|Rente|Kraft|Farbe|Form|Größe|Höhe|Menge",
        "nn": "Angebot|Formular|Dokument|Gerät|Netzteil|Kabel|Passwort|Konto|Programm|Fenster|Dach|Zimmer|Haus|"
        "Büro|Lager|Werk|Regal|Bett|Sofa|Bild|Buch|Heft|Kapitel|Protokoll|Gesetz|Urteil|Verfahren|Ergebnis|"
        "Ziel|Projekt|Modell|Werkzeug|Ersatzteil|Paket|Gewicht|Auto|Fahrrad|Schiff|Flugzeug|Ticket|Gepäck|"
        "Hotel|Restaurant|Essen|Frühstück|Brot|Brötchen|Gemüse|Obst|Fleisch|Wasser|Bier|Glas|Messer|Rezept|"
        "Medikament|Fieber|Krankenhaus|Kind|Tier|Pferd|Schaf|Feld|Dorf|Land|Meer|Wetter|Gewitter|Licht|Feuer|"
        "Holz|Papier|Geschenk|Spiel|Tor|Training|Konzert|Theater|Museum|Lied|Stück|Jahr|Wochenende|Budget|"
        "Gehalt|Geld|Unternehmen|Team|Treffen|Gespräch|Seminar|Studium|Zeugnis",
        "np": "Produkte|Geräte|Bücher|Preise|Kosten|Kunden|Mitarbeiter|Stellen|Wege|Straßen|Häuser|Fenster|Türen|"
        "Möbel|Kinder|Eltern|Schüler|Lehrer|Bäume|Blumen|Vögel|Fische|Eier|Nudeln|Kartoffeln|Schuhe|Kleider|"
        "Nachrichten|Fragen|Antworten|Ideen|Pläne|Ziele|Maßnahmen|Regeln|Gesetze|Steuern|Löhne|Märkte|Waren|"
        "Maschinen|Werkzeuge|Dateien|Daten|Zahlen|Ergebnisse|Fehler|Störungen|Probleme|Gründe|Folgen|Zeiten|"
        "Termine|Sitzungen|Ferien|Gäste|Nachbarn|Besucher|Spiele|Lieder|Bilder|Berichte|Verträge|Unterlagen",
        "doing": "plant|sucht|prüft|verkauft|braucht|liefert|zeigt|bringt|nennt|vergleicht|sammelt|bestellt|"
        "öffnet|liest|schreibt|baut|repariert|lagert|zählt|meldet|wünscht|verspricht|erklärt",
        "vor": "Kunden|Arbeits|Geschäfts|Jahres|Sommer|Winter|Monats|Wochen|Haus|Garten|Stadt|Verkehrs|"
        "Sicherheits|Wasser|Strom|Energie|Bau|Holz|Papier|Büro|Küchen|Schul|Prüfungs|Versicherungs|Miet|Kauf|"
        "Liefer|Versand|Produktions|Personal|Steuer|Finanz|Projekt|Daten|Netz|Betriebs|Sport|Kinder|Familien",
        "km": "{vor}bericht|{vor}plan|{vor}vertrag|{vor}preis|{vor}markt|{vor}raum|{vor}bedarf|{vor}dienst",
        "kf": "{vor}ordnung|{vor}prüfung|{vor}rechnung|{vor}planung|{vor}liste|{vor}karte|{vor}halle|{vor}zeit",
        "kn": "{vor}amt|{vor}haus|{vor}system|{vor}programm|{vor}material|{vor}gerät|{vor}konto|{vor}buch",
        "adj": "neu|alt|groß|klein|lang|kurz|schwer|leicht|billig|günstig|rot|grün|blau|grau|weiß|schwarz|warm|"
        "kalt|nass|trocken|sauber|schmutzig|laut|still|defekt|fehlend|letzt|erst|zweit|nächst|jährlich|"
        "monatlich|täglich|digital|elektrisch|öffentlich|privat|intern|vorläufig|endgültig|ausführlich|"
        "gemeinsam|städtisch|regional|wichtig|einfach|schwierig|falsch|richtig|geschlossen|modern|hell",
        "it": "der {nm}|die {nf}|das {nn}|der {adj}e {nm}|die {adj}e {nf}|das {adj}e {nn}|ein {adj}er {nm}|"
        "eine {nf}|ein {nn}|unser {nm}|Ihre {nf}|Ihr {nn}|der {km}|die {kf}|das {kn}|dieser {nm}|jede {nf}",
        "thing": "den {nm}|die {nf}|das {nn}|einen {nm}|eine {nf}|ein {nn}|den {adj}en {nm}|die {adj}e {nf}|"
        "das {adj}e {nn}|einen {adj}en {nm}|eine {adj}e {nf}|ein {adj}es {nn}|unseren {nm}|unsere {nf}|"
        "unser {nn}|keinen {nm}|keine {nf}|kein {nn}|diesen {nm}|diese {nf}|dieses {nn}|den {km}|die {kf}|"
        "das {kn}|den {adj}en {km}|die {adj}e {kf}|das {adj}e {kn}|die {nf} und den {nm}|{adj}e {np}|die {adj}en {np}|die {np}|alle {np}|viele {np}|{np} und {np}|keine {np}|Ihr {nn}|Ihren {nm}",
        "where": "in der {nf}|in der {adj}en {nf}|auf dem {nm}|neben dem {nn}|hinter der {nf}|in der {kf}|"
        "im {adj}en {nn}|vor dem {nm}|beim {nn}|unter dem {nm}|am {nm}|im Büro|zu Hause|im ersten Stock|"
        "im Ausland|an der Kasse|im Wartezimmer|auf der Webseite|in der Innenstadt|am Flughafen|draußen",
        "group": "der Kunde|die Kundin|der Lieferant|die Chefin|der Betriebsrat|der Aufsichtsrat|die Verwaltung|"
        "der Hausmeister|die Nachbarin|der Fahrer|die Ärztin|der Lehrer|die Polizei|das Finanzamt|"
        "die Krankenkasse|die Bank|der Vermieter|der Mieter|mein Bruder|meine Schwester|ihr Onkel|jemand|"
        "niemand|er|sie|man|das Team|der Bürgermeister|die Ministerin|der Bundestag|der Verein|der Trainer|"
        "der Anwalt|das Gericht|der Techniker|die Buchhaltung|der Geschäftsführer|die Personalabteilung",
        "did": "geprüft|geliefert|verloren|gefunden|repariert|verkauft|gekauft|unterschrieben|abgelehnt|"
        "angenommen|storniert|verschoben|gedruckt|verschickt|erhalten|gereinigt|geöffnet|geschlossen|"
        "gewechselt|vorbereitet|beendet|begonnen|vergessen|gesucht|bezahlt|bestellt|eingebaut|getestet|"
        "gemessen|beschrieben|vorgestellt|kritisiert|besucht|verlassen|gelesen|übersetzt|gestrichen|erneuert",
        "role": "Lehrer|Buchhalterin|Krankenpfleger|Köchin|Verkäufer|Ingenieurin|Tischler|Sachbearbeiterin|"
        "Projektleiter|Fahrer|Erzieherin|Elektriker|Ärztin|Student|Teamleiterin|Berater",
        "opener": "Leider|Außerdem|Danach|Trotzdem|Deshalb|Zum Glück|Übrigens|Wie besprochen|Inzwischen|"
        "Zunächst|Schließlich|Vielleicht|Natürlich|Angeblich|Wie immer|Offenbar",
        "when": "gestern|heute|heute Morgen|am Abend|letzte Woche|vor dem Mittag|nach der Pause|am {weekday}|"
        "seit {number} Tagen|vor {number} Jahren|im Jahr {year}|in den Ferien|zum Jahresende|im Frühling|"
        "im Sommer|um {number} Uhr|jeden {weekday}|im {month}|rechtzeitig|wie üblich",
        "weekday": "Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag",
        "month": "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember",
        "number": "2|3|4|5|6|7|8|9|10|11|12|14|15|18|20|24|25|30|40|45|50|60|75|90|100|120|200|250|500|1.000|"
        "1.500|2.400|10.000|zwei|drei|vier|fünf|sechs|zehn|zwölf",
        "percent": "{number} %|{number} Prozent|{number},5 %|{number} Prozentpunkte",
        "money": "{number} Euro|{number} EUR|{number} €|{number} Millionen Euro|{number},50 €|CHF {number}",
    },
    "fr": {
        "nm": "rapport|contrat|budget|bureau|dossier|courrier|colis|projet|devis|document|téléphone|logiciel|"
        "serveur|mot de passe|formulaire|panier|catalogue|service|magasin|restaurant|marché|jardin|quartier|"
        "village|pont|port|train|billet|vol|voyage|repas|pain|fromage|café|vin|lit|mur|toit|plafond|couloir|"
        "garage|camion|vélo|moteur|câble|clavier|tableau|livre|roman|journal|film|concert|match|cours|lycée|"
        "traitement|médicament|rendez-vous|prêt|loyer|salaire|bilan|chiffre|résultat|calendrier|planning|"
        "stage|chantier|bâtiment|parking|sac|manteau|chapeau|chien|chat|cheval|bois|champ|lac|fleuve|ciel|"
        "soleil|vent|bruit|problème|sujet|message|fichier|tarif|délai|retard|conseil|syndicat|parti|vote|salon|comptoir|hangar|château|"
        "moulin|clocher|trottoir|banc|canal|sentier|lavabo|tiroir|rideau|tapis|drap|gâteau|poivre|sel|sucre|lait",
        "nf": "facture|commande|livraison|lettre|machine|voiture|porte|fenêtre|table|chaise|cuisine|chambre|"
        "maison|cave|terrasse|cour|rue|place|route|gare|ville|région|mairie|banque|poste|bibliothèque|piscine|"
        "plage|montagne|forêt|rivière|mer|pluie|neige|valise|carte|clé|lampe|pompe|batterie|page|liste|note|"
        "question|réponse|demande|réclamation|remise|garantie|prime|taxe|loi|règle|procédure|mesure|méthode|"
        "recherche|formation|classe|leçon|recette|soupe|salade|tarte|viande|bouteille|boîte|veste|chemise|"
        "montre|toux|fièvre|douleur|baisse|hausse|croissance|production|gestion|direction|société|concurrence|"
        "clientèle|publicité|version|mise à jour|sauvegarde|connexion|panne|pièce|scène|façade|vitrine|tour|salle|pelouse|fontaine|colline|vallée|"
        "grange|cabane|cloison|marche|sortie|séance|fête|visite|soirée|matinée|journée|semaine|saison|couleur|"
        "forme|taille|moitié|suite|fin|base|somme|perte|dépense|récolte|farine|crème|confiture|pomme|poire",
        "nv": "accord|achat|atelier|appareil|article|avis|écran|immeuble|ordinateur|outil|essai|hôtel|hôpital|"
        "horaire|entretien|emploi|examen|exercice|événement|équipement|entrepôt|arbre|argent|eau|huile|école|"
        "église|usine|entrée|offre|annonce|assurance|équipe|étude|enquête|année|heure|île|image|imprimante|"
        "armoire|assiette|ambiance|aide|augmentation|économie|énergie|escalier|ascenseur|étagère|agence",
        "np": "clients|voisins|factures|résultats|fenêtres|étudiants|ouvriers|légumes|vacances|horaires|"
        "travaux|tarifs|réponses|questions|chaises|clés|enfants|parents|fournisseurs|produits|services|coûts|"
        "prix|emplois|salles|rues|maisons|portes|livres|lettres|machines|règles|lois|ventes|pertes|idées|fleurs",
        "doing": "prépare|cherche|vérifie|vend|demande|livre|montre|apporte|compare|commande|ouvre|lit|écrit|"
        "construit|répare|range|compte|annonce|promet|explique|propose|refuse|examine|présente",
        "am": "annuel|complet|détaillé|définitif|provisoire|interne|municipal|public|privé|électrique|numérique|"
        "cassé|perdu|rouge|vert|bleu|noir|blanc|propre|sale|calme|bruyant|cher|léger|lourd|rapide|lent|froid|"
        "chaud|sec|voisin|suivant|habituel|commercial|social|mensuel",
        "af": "annuelle|complète|détaillée|définitive|provisoire|interne|municipale|publique|privée|électrique|"
        "numérique|cassée|perdue|rouge|verte|bleue|noire|blanche|propre|sale|calme|bruyante|chère|légère|"
        "lourde|rapide|lente|froide|chaude|sèche|voisine|suivante|habituelle|commerciale|sociale|mensuelle",
        "bm": "petit|grand|nouveau|premier|dernier|deuxième|prochain|vieux|gros|long|mauvais|bon|autre|même",
        "bf": "petite|grande|nouvelle|première|dernière|deuxième|prochaine|vieille|grosse|longue|bonne|autre",
        "thing": "le {nm}|la {nf}|l'{nv}|l’{nv}|le {nm} {am}|la {nf} {af}|le {bm} {nm}|la {bf} {nf}|un {nm}|"
        "une {nf}|un {nm} {am}|une {nf} {af}|ce {nm}|cette {nf}|notre {nm}|notre {nf}|votre {nm}|votre {nf}|"
        "le {nm} et la {nf}|les {np}|des {np}|les {np} du {nm}|quelques {np}|plusieurs {np}|ces {np}|le {nm} de la {nf}|la {nf} du {nm}",
        "where": "dans la {nf}|dans le {nm}|dans la {bf} {nf}|dans le {bm} {nm}|dans l'{nv}|sur la {nf}|"
        "sur le {nm}|derrière la {nf}|devant le {nm}|près de la {nf}|à côté de la {nf}|sous le {nm}|"
        "dans une {nf} {af}|dans un {nm} {am}|à la {nf}|au {nm}|au premier étage|en ligne|à domicile|"
        "sur place|au bout du couloir|à l'étranger|au centre-ville|chez le voisin|à l'{nv}",
        "group": "le client|la cliente|le fournisseur|le directeur|la directrice|l'équipe|le conseil|"
        "le service clients|la comptable|le gérant|le syndicat|le voisin|la voisine|le facteur|le médecin|"
        "l'infirmière|le professeur|l'élève|la mairie|le ministre|le gouvernement|la banque|l'assurance|"
        "mon frère|ma sœur|sa tante|notre avocat|le locataire|la propriétaire|tout le monde|quelqu'un|il|elle|"
        "on|le chauffeur|le plombier|le Directeur général|la Direction|la Commission|le Parlement|le Sénat",
        "did": "vérifié|livré|perdu|retrouvé|réparé|vendu|acheté|signé|refusé|accepté|annulé|reporté|imprimé|"
        "envoyé|reçu|rangé|nettoyé|ouvert|fermé|changé|préparé|terminé|commencé|oublié|cherché|payé|demandé|"
        "commandé|installé|testé|mesuré|décrit|présenté|critiqué|visité|quitté|traversé|photographié|traduit",
        "role": "comptable|professeur|infirmière|plombier|vendeuse|ingénieur|cuisinier|secrétaire|avocate|"
        "chauffeur|chef de projet|électricien|étudiante|responsable des achats|directrice commerciale",
        "opener": "Malheureusement,|En effet,|Ensuite,|Pourtant,|Par conséquent,|Heureusement,|D'ailleurs,|"
        "Comme convenu,|Entre-temps,|D'abord,|Enfin,|Bien sûr,|À mon avis,|En revanche,|Par exemple,",
        "when": "hier|aujourd'hui|ce matin|ce soir|la semaine dernière|avant midi|après le déjeuner|{weekday}|"
        "{weekday} matin|depuis {number} jours|il y a {number} ans|en {year}|pendant les vacances|"
        "à la fin de l'année|au printemps|en été|à {number} heures|chaque {weekday}|en {month}|comme prévu",
        "weekday": "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche",
        "month": "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
        "number": "2|3|4|5|6|7|8|9|10|11|12|14|15|18|20|24|25|30|40|45|50|60|75|90|100|120|200|250|500|1 000|"
        "1 500|10 000|deux|trois|quatre|cinq|six|dix|douze|une vingtaine",
        "percent": "{number} %|{number} pour cent|{number},5 %|{number} points",
        "money": "{number} euros|{number} €|{number} EUR|{number} millions d'euros|{number},50 €",
    },
    "es": {
        "nm": "informe|contrato|presupuesto|despacho|correo|paquete|proyecto|documento|teléfono|programa|"
        "servidor|formulario|carrito|catálogo|servicio|mercado|restaurante|jardín|barrio|pueblo|puente|puerto|"
        "tren|billete|vuelo|viaje|desayuno|pan|queso|café|vino|muro|techo|pasillo|garaje|camión|coche|motor|"
        "cable|teclado|cuadro|libro|cuento|periódico|concierto|partido|curso|colegio|tratamiento|"
        "medicamento|préstamo|alquiler|sueldo|balance|resultado|calendario|taller|edificio|aparcamiento|bolso|"
        "abrigo|sombrero|perro|gato|caballo|bosque|campo|lago|cielo|viento|ruido|problema|mensaje|"
        "archivo|precio|plazo|retraso|consejo|sindicato|voto|ordenador|armario|horno|plato|vaso|zapato|salón|"
        "molino|castillo|almacén|sendero|banco|cajón|telón|mantel|pastel|azúcar|invierno|verano|año|mes|día|"
        "grupo|color|fondo|acuerdo|gasto|ingreso|impuesto|título|apartado|asiento",
        "nf": "factura|entrega|carta|máquina|puerta|ventana|mesa|silla|cocina|habitación|casa|terraza|calle|"
        "plaza|carretera|estación|ciudad|región|biblioteca|piscina|playa|montaña|lluvia|nieve|maleta|tarjeta|"
        "llave|lámpara|bomba|batería|página|lista|nota|pregunta|respuesta|solicitud|queja|garantía|prima|tasa|"
        "ley|regla|medida|investigación|formación|clase|lección|receta|sopa|ensalada|tarta|carne|botella|caja|"
        "chaqueta|camisa|tos|fiebre|venta|bajada|subida|producción|gestión|dirección|empresa|competencia|"
        "publicidad|versión|copia|conexión|avería|pieza|cuenta|oferta|obra|fábrica|tienda|escuela|iglesia|sala|fuente|"
        "colina|nevera|pared|esquina|salida|entrada|reunión|fiesta|visita|tarde|mañana|semana|temporada|forma|"
        "mitad|suma|pérdida|cosecha|harina|manzana|naranja|cuchara|sartén|toalla|sábana|rueda|cuerda",
        "np": "clientes|vecinos|obreros|estudiantes|precios|plazos|productos|costes|libros|zapatos|huevos|"
        "resultados|empleados|proveedores|horarios|pedidos|niños|padres|puestos|lugares|"
        "problemas|datos|errores|motivos|ingresos|gastos|edificios|árboles|pájaros|platos|muebles|documentos",
        "doing": "prepara|busca|revisa|vende|pide|entrega|muestra|trae|compara|encarga|abre|lee|escribe|"
        "construye|repara|guarda|cuenta|anuncia|promete|explica|propone|rechaza|examina|presenta",
        "am": "anual|completo|detallado|definitivo|provisional|interno|municipal|público|privado|eléctrico|"
        "digital|roto|perdido|rojo|verde|azul|negro|blanco|limpio|sucio|tranquilo|caro|barato|ligero|pesado|"
        "rápido|lento|frío|caliente|seco|siguiente|nuevo|viejo|pequeño|antiguo|mensual",
        "af": "anual|completa|detallada|definitiva|provisional|interna|municipal|pública|privada|eléctrica|"
        "digital|rota|perdida|roja|verde|azul|negra|blanca|limpia|sucia|tranquila|cara|barata|ligera|pesada|"
        "rápida|lenta|fría|caliente|seca|siguiente|nueva|vieja|pequeña|antigua|mensual",
        "thing": "el {nm}|la {nf}|el {nm} {am}|la {nf} {af}|un {nm}|una {nf}|un {nm} {am}|una {nf} {af}|"
        "este {nm}|esta {nf}|nuestro {nm}|nuestra {nf}|su {nm}|su {nf}|el {nm} y la {nf}|los {np}|unos {np}|nuevos {np}|muchos {np}|todos los {np}|"
        "el primer {nm}|la última {nf}|la nueva {nf}|el gran {nm}|la {nf} del {nm}|el {nm} de la {nf}",
        "where": "en la {nf}|en el {nm}|en la {nf} {af}|en un {nm} {am}|sobre la {nf}|detrás de la {nf}|"
        "delante del {nm}|cerca de la {nf}|al lado del {nm}|bajo la {nf}|junto al {nm}|en el primer piso|"
        "en línea|a domicilio|al final del pasillo|en el extranjero|en el centro|en casa|en la otra {nf}",
        "group": "el cliente|la clienta|el proveedor|el director|la directora|el equipo|el consejo|la contable|"
        "el gerente|el sindicato|el vecino|la vecina|el cartero|el médico|la enfermera|el profesor|la alumna|"
        "el ayuntamiento|la ministra|el Gobierno|el banco|la aseguradora|mi hermano|mi hermana|su tía|"
        "nuestro abogado|el inquilino|la dueña|todo el mundo|alguien|nadie|él|ella|el conductor|el fontanero|"
        "el Director General|la Junta|el Congreso|el Senado|el Departamento de Ventas",
        "did": "revisó|entregó|perdió|encontró|reparó|vendió|compró|firmó|rechazó|aceptó|canceló|aplazó|"
        "imprimió|envió|recibió|limpió|abrió|cerró|cambió|preparó|terminó|empezó|olvidó|buscó|pagó|pidió|"
        "encargó|instaló|probó|midió|describió|presentó|criticó|visitó|dejó|cruzó|fotografió|tradujo",
        "role": "contable|profesora|enfermero|fontanero|vendedora|ingeniero|cocinera|secretario|abogada|"
        "conductor|jefe de proyecto|electricista|estudiante|directora comercial|camarero",
        "opener": "Por desgracia,|Además,|Después,|Sin embargo,|Por eso,|Por suerte,|Por cierto,|"
        "Según lo acordado,|Mientras tanto,|Primero,|Por último,|Claro,|En mi opinión,|Por ejemplo,|Quizá",
        "when": "ayer|hoy|esta mañana|esta noche|la semana pasada|antes del mediodía|después de comer|"
        "el {weekday}|el {weekday} por la tarde|hace {number} días|hace {number} años|en {year}|"
        "durante las vacaciones|a final de año|en primavera|en verano|a las {number}|cada {weekday}|en {month}",
        "weekday": "lunes|martes|miércoles|jueves|viernes|sábado|domingo",
        "month": "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre",
        "number": "2|3|4|5|6|7|8|9|10|11|12|14|15|18|20|24|25|30|40|45|50|60|75|90|100|120|200|250|500|1.000|"
        "1.500|10.000|dos|tres|cuatro|cinco|seis|diez|doce",
        "percent": "{number} %|{number} por ciento|{number},5 %|{number} puntos",
        "money": "{number} euros|{number} €|{number} EUR|{number} millones de euros|{number} pesos",
    },
    "it": {
        "nm": "rapporto|contratto|bilancio|documento|telefono|programma|modulo|carrello|catalogo|servizio|"
        "negozio|ristorante|mercato|giardino|quartiere|ponte|porto|treno|biglietto|volo|viaggio|pranzo|pane|"
        "formaggio|caffè|vino|letto|muro|tetto|soffitto|corridoio|garage|camion|motore|cavo|quadro|libro|"
        "romanzo|giornale|film|concerto|corso|liceo|trattamento|farmaco|prestito|canone|risultato|"
        "calendario|cantiere|parcheggio|cappotto|cappello|cane|gatto|cavallo|bosco|campo|lago|fiume|cielo|"
        "sole|vento|rumore|problema|messaggio|prezzo|ritardo|consiglio|sindacato|voto|magazzino|pacco|palazzo|salone|mulino|castello|"
        "sentiero|banco|cassetto|tappeto|dolce|sale|latte|mese|giorno|gruppo|colore|fondo|costo|reddito|titolo",
        "nf": "fattura|consegna|lettera|macchina|porta|finestra|tavola|sedia|cucina|camera|casa|terrazza|strada|"
        "piazza|stazione|città|regione|banca|posta|biblioteca|piscina|spiaggia|montagna|foresta|pioggia|neve|"
        "valigia|carta|chiave|lampada|pompa|batteria|pagina|lista|nota|domanda|risposta|richiesta|garanzia|"
        "tassa|legge|regola|misura|ricerca|formazione|classe|lezione|ricetta|zuppa|torta|carne|bottiglia|"
        "scatola|giacca|camicia|tosse|febbre|crescita|produzione|gestione|direzione|ditta|concorrenza|"
        "pubblicità|versione|copia|connessione|fabbrica|scuola|chiesa|vendita|bicicletta|borsa|sede|perdita|sala|fontana|collina|"
        "parete|riunione|festa|visita|sera|mattina|settimana|stagione|forma|somma|mela|pera|farina|ruota|corda",
        "nv": "accordo|acquisto|albergo|articolo|avviso|edificio|esame|esercizio|ospedale|orario|ordine|ufficio|"
        "albero|ingresso|arrivo|anno|olio|armadio|aereo|autobus|acqua|offerta|assicurazione|estate|isola|"
        "immagine|agenzia|azienda|entrata|uscita|energia|economia|industria|età|erba|insalata|ora|opera",
        "np": "clienti|vicini|risultati|libri|prezzi|prodotti|costi|documenti|lavoratori|fornitori|genitori|piatti|posti|dati|motivi|mobili|bambini|ricavi",
        "doing": "prepara|cerca|controlla|vende|chiede|consegna|mostra|porta|confronta|ordina|apre|legge|scrive|"
        "costruisce|ripara|conta|annuncia|promette|spiega|propone|rifiuta|esamina|presenta",
        "am": "annuale|completo|dettagliato|definitivo|provvisorio|interno|comunale|pubblico|privato|elettrico|"
        "digitale|rotto|perso|rosso|verde|blu|nero|bianco|pulito|sporco|tranquillo|caro|leggero|pesante|veloce|"
        "lento|freddo|caldo|nuovo|vecchio|piccolo|mensile",
        "af": "annuale|completa|dettagliata|definitiva|provvisoria|interna|comunale|pubblica|privata|elettrica|"
        "digitale|rotta|persa|rossa|verde|blu|nera|bianca|pulita|sporca|tranquilla|cara|leggera|pesante|veloce|"
        "lenta|fredda|calda|nuova|vecchia|piccola|mensile",
        "thing": "il {nm}|la {nf}|l'{nv}|il {nm} {am}|la {nf} {af}|un {nm}|una {nf}|un {nm} {am}|una {nf} {af}|"
        "questo {nm}|questa {nf}|il nostro {nm}|la nostra {nf}|il vostro {nm}|la sua {nf}|il {nm} e la {nf}|"
        "i {np}|nuovi {np}|molti {np}|tutti i {np}|il primo {nm}|la prima {nf}|la nuova {nf}|il {nm} della {nf}|la {nf} del {nm}",
        "where": "nella {nf}|nel {nm}|nella {nf} {af}|nel {nm} {am}|sulla {nf}|dietro la {nf}|davanti al {nm}|"
        "vicino alla {nf}|accanto al {nm}|sotto la {nf}|nell'{nv}|nella vecchia {nf}|al primo piano|online|"
        "a domicilio|in fondo al corridoio|all'estero|in centro|a casa|in un {nm} {am}|in una grande {nf}",
        "group": "il cliente|la cliente|il fornitore|il direttore|la direttrice|la squadra|il consiglio|"
        "la contabile|il sindacato|il vicino|la vicina|il postino|il medico|l'infermiera|il professore|"
        "la studentessa|il comune|la ministra|il governo|la banca|mio fratello|mia sorella|sua zia|"
        "il nostro avvocato|la proprietaria|qualcuno|nessuno|lui|lei|il tecnico|il Parlamento|la Direzione",
        "did": "controllato|consegnato|perso|trovato|riparato|venduto|comprato|firmato|rifiutato|accettato|"
        "annullato|rinviato|stampato|spedito|ricevuto|pulito|aperto|chiuso|cambiato|preparato|finito|"
        "cominciato|dimenticato|cercato|pagato|chiesto|ordinato|provato|misurato|descritto|visitato|lasciato",
        "role": "contabile|insegnante|infermiere|idraulico|commessa|ingegnere|cuoco|segretaria|avvocato|autista",
        "opener": "Purtroppo|Inoltre,|Poi|Tuttavia,|Per questo|Per fortuna|Come d'accordo,|Nel frattempo|"
        "Prima di tutto,|Infine,|Certo,|Secondo me|Per esempio,|Forse",
        "when": "ieri|oggi|stamattina|stasera|la settimana scorsa|prima di pranzo|{weekday}|"
        "da {number} giorni|{number} anni fa|nel {year}|durante le vacanze|a fine anno|in primavera|in estate|"
        "alle {number}|ogni {weekday}|in {month}|come previsto",
        "weekday": "lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica",
        "month": "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre",
        "number": "2|3|4|5|6|7|8|9|10|11|12|15|18|20|24|25|30|40|50|60|90|100|120|200|500|1.000|10.000|due|tre|"
        "quattro|cinque|sei|dieci|dodici",
        "percent": "{number} %|{number} per cento|{number},5 %|{number} punti",
        "money": "{number} euro|{number} €|{number} EUR|{number} milioni di euro",
    },
    "nl": {
        "nd": "rekening|brief|afspraak|bestelling|levering|vergadering|afdeling|machine|auto|fiets|trein|deur|"
        "muur|keuken|kamer|woning|winkel|straat|brug|school|kerk|fabriek|tafel|stoel|lamp|sleutel|tas|jas|"
        "schoen|fles|doos|soep|taart|kaas|appel|hond|kat|boom|bloem|tuin|zon|regen|wind|zee|kust|stad|gemeente|"
        "regering|partij|wet|regel|vraag|oplossing|wijziging|pagina|lijst|kaart|opleiding|les|oefening|"
        "behandeling|verzekering|belasting|huur|lening|prijs|korting|winst|omslag|begroting|planning|vakantie|"
        "reis|krant|film|wedstrijd|vereniging|medewerker|handleiding|storing|verwarming|zolder|kelder|markt|zaal|hal|gang|trap|"
        "hoek|molen|toren|haven|heuvel|stoep|bank|lade|pan|lepel|handdoek|week|maand|dag|avond|kleur|vorm|helft",
        "nh": "verslag|contract|pakket|kantoor|huis|gebouw|raam|dak|bed|boek|hoofdstuk|formulier|document|"
        "apparaat|bestand|wachtwoord|scherm|toetsenbord|programma|project|resultaat|doel|plan|voorstel|bedrijf|"
        "team|gesprek|onderzoek|medicijn|ziekenhuis|recept|brood|ei|vlees|water|glas|mes|bord|dier|paard|bos|"
        "veld|meer|eiland|dorp|land|weer|licht|vuur|hout|papier|cadeau|spel|concert|museum|jaar|budget|loon|geld",
        "np": "producten|apparaten|boeken|prijzen|kosten|klanten|medewerkers|straten|huizen|ramen|deuren|"
        "kinderen|ouders|leerlingen|bomen|bloemen|vogels|eieren|aardappelen|schoenen|berichten|vragen|ideeën|"
        "plannen|maatregelen|regels|belastingen|lonen|bestanden|gegevens|fouten|storingen|redenen|gasten",
        "doing": "plant|zoekt|controleert|verkoopt|vraagt|levert|toont|brengt|vergelijkt|bestelt|opent|leest|"
        "schrijft|bouwt|repareert|telt|meldt|belooft|verklaart|weigert|onderzoekt",
        "adj": "nieuwe|oude|grote|kleine|lange|korte|zware|lichte|dure|goedkope|rode|groene|blauwe|witte|zwarte|"
        "warme|koude|natte|droge|schone|vuile|stille|kapotte|laatste|eerste|tweede|volgende|jaarlijkse|"
        "openbare|interne|voorlopige|definitieve|belangrijke|moeilijke|gemeenschappelijke|houten|lokale",
        "thing": "de {nd}|het {nh}|een {nd}|een {nh}|de {adj} {nd}|het {adj} {nh}|deze {nd}|dit {nh}|onze {nd}|"
        "ons {nh}|uw {nd}|uw {nh}|de {nd} en het {nh}|een {adj} {nd}|geen {nd}|{adj} {np}|de {np}|alle {np}|veel {np}|hun {adj} {nh}",
        "where": "in de {nd}|in het {nh}|op de {nd}|naast het {nh}|achter de {nd}|voor het {nh}|bij de {nd}|"
        "in de {adj} {nd}|in het {adj} {nh}|op kantoor|thuis|in het buitenland|op de eerste verdieping|online|"
        "aan de balie|in de wachtkamer|onder de {nd}|in een {adj} {nd}",
        "group": "de klant|de leverancier|de directeur|het team|de raad|de boekhouder|de buurman|de buurvrouw|"
        "de postbode|de huisarts|de verpleegkundige|de leraar|de gemeente|de minister|de bank|mijn broer|"
        "mijn zus|haar oom|onze advocaat|de huurder|de eigenaar|iemand|niemand|hij|zij|de monteur|de politie|"
        "de Tweede Kamer|de Raad van Bestuur|de trainer",
        "did": "gecontroleerd|geleverd|verloren|gevonden|gerepareerd|verkocht|gekocht|ondertekend|afgewezen|"
        "goedgekeurd|geannuleerd|verplaatst|afgedrukt|verstuurd|ontvangen|schoongemaakt|geopend|gesloten|"
        "vervangen|voorbereid|vergeten|gezocht|betaald|besteld|getest|gemeten|beschreven|bezocht|gelezen",
        "role": "boekhouder|leraar|verpleger|loodgieter|verkoper|ingenieur|kok|secretaresse|advocaat|monteur",
        "opener": "Helaas|Bovendien|Daarna|Toch|Daarom|Gelukkig|Trouwens,|Zoals afgesproken|Ondertussen|Eerst|"
        "Tot slot|Misschien|Natuurlijk|Volgens mij",
        "when": "gisteren|vandaag|vanmorgen|vanavond|vorige week|voor de lunch|op {weekday}|"
        "{number} dagen geleden|in {year}|tijdens de vakantie|aan het eind van het jaar|in het voorjaar|"
        "in de zomer|om {number} uur|elke {weekday}|in {month}|zoals gewoonlijk",
        "weekday": "maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag",
        "month": "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december",
        "number": "2|3|4|5|6|7|8|9|10|11|12|15|18|20|24|25|30|40|50|60|90|100|120|200|500|1.000|10.000|twee|"
        "drie|vier|vijf|zes|tien|twaalf",
        "percent": "{number}%|{number} procent|{number},5%|{number} punten",
        "money": "{number} euro|€ {number}|€{number},50|{number} miljoen euro",
    },
    "pt": {
        "nm": "relatório|contrato|orçamento|escritório|correio|pacote|projeto|documento|telefone|programa|"
        "servidor|formulário|catálogo|serviço|mercado|restaurante|jardim|bairro|porto|comboio|bilhete|voo|"
        "almoço|pão|queijo|café|vinho|muro|telhado|corredor|camião|carro|motor|cabo|teclado|quadro|livro|"
        "jornal|filme|concerto|jogo|curso|colégio|tratamento|medicamento|empréstimo|salário|balanço|resultado|"
        "calendário|edifício|casaco|chapéu|cão|gato|cavalo|bosque|campo|lago|rio|céu|vento|barulho|problema|"
        "ficheiro|arquivo|preço|prazo|atraso|conselho|sindicato|voto|computador|armário|forno|prato|copo|salão|moinho|castelo|"
        "armazém|banco|tapete|bolo|sal|leite|mês|dia|grupo|fundo|custo|título|inverno|verão|ano",
        "nf": "fatura|entrega|carta|máquina|porta|janela|mesa|cadeira|cozinha|casa|varanda|rua|praça|estrada|"
        "estação|cidade|região|biblioteca|piscina|praia|montanha|chuva|neve|mala|chave|lâmpada|bomba|bateria|"
        "página|lista|nota|pergunta|resposta|queixa|garantia|taxa|lei|regra|medida|pesquisa|formação|aula|"
        "lição|receita|sopa|salada|torta|carne|garrafa|caixa|camisa|tosse|febre|venda|descida|subida|produção|"
        "gestão|direção|empresa|concorrência|publicidade|versão|cópia|ligação|avaria|peça|conta|oferta|obra|"
        "fábrica|loja|escola|igreja|impressora|bicicleta|reunião|sala|fonte|"
        "colina|parede|esquina|saída|festa|visita|tarde|manhã|semana|forma|metade|soma|perda|maçã|laranja|roda",
        "np": "clientes|vizinhos|preços|prazos|produtos|custos|livros|sapatos|ovos|resultados|funcionários|"
        "fornecedores|horários|pedidos|pais|postos|lugares|problemas|dados|erros|motivos|gastos|edifícios|móveis",
        "doing": "prepara|procura|verifica|vende|pede|entrega|mostra|traz|compara|encomenda|abre|lê|escreve|"
        "constrói|repara|guarda|conta|anuncia|promete|explica|propõe|recusa|examina|apresenta",
        "am": "anual|completo|detalhado|definitivo|provisório|interno|municipal|público|privado|elétrico|digital|"
        "partido|perdido|vermelho|verde|azul|preto|branco|limpo|sujo|calmo|caro|barato|leve|pesado|rápido|"
        "lento|frio|quente|seco|novo|velho|pequeno|antigo|mensal",
        "af": "anual|completa|detalhada|definitiva|provisória|interna|municipal|pública|privada|elétrica|digital|"
        "partida|perdida|vermelha|verde|azul|preta|branca|limpa|suja|calma|cara|barata|leve|pesada|rápida|"
        "lenta|fria|quente|seca|nova|velha|pequena|antiga|mensal",
        "thing": "o {nm}|a {nf}|o {nm} {am}|a {nf} {af}|um {nm}|uma {nf}|um {nm} {am}|uma {nf} {af}|este {nm}|"
        "esta {nf}|o nosso {nm}|a nossa {nf}|o seu {nm}|a sua {nf}|o {nm} e a {nf}|o primeiro {nm}|os {np}|novos {np}|muitos {np}|todos os {np}|"
        "a última {nf}|a nova {nf}|a {nf} do {nm}|o {nm} da {nf}",
        "where": "na {nf}|no {nm}|na {nf} {af}|num {nm} {am}|sobre a {nf}|atrás da {nf}|em frente ao {nm}|"
        "perto da {nf}|ao lado do {nm}|debaixo da {nf}|junto ao {nm}|no primeiro andar|em linha|ao domicílio|"
        "ao fundo do corredor|no estrangeiro|no centro|em casa|na outra {nf}|numa grande {nf}",
        "group": "o cliente|a cliente|o fornecedor|o diretor|a diretora|a equipa|a equipe|o conselho|o gerente|"
        "o sindicato|o vizinho|a vizinha|o carteiro|o médico|a enfermeira|o professor|a aluna|a câmara|"
        "a ministra|o Governo|o banco|a seguradora|o meu irmão|a minha irmã|o nosso advogado|o inquilino|"
        "toda a gente|alguém|ninguém|ele|ela|o motorista|a Direção|o Congresso",
        "did": "verificou|entregou|perdeu|encontrou|reparou|vendeu|comprou|assinou|recusou|aceitou|cancelou|"
        "adiou|imprimiu|enviou|recebeu|limpou|abriu|fechou|trocou|preparou|terminou|começou|esqueceu|procurou|"
        "pagou|pediu|encomendou|instalou|testou|mediu|descreveu|apresentou|criticou|visitou|deixou|traduziu",
        "role": "contabilista|professora|enfermeiro|canalizador|vendedora|engenheiro|cozinheira|secretário|advogada",
        "opener": "Infelizmente,|Além disso,|Depois,|No entanto,|Por isso,|Felizmente,|Aliás,|Conforme combinado,|"
        "Entretanto,|Primeiro,|Por fim,|Claro,|Na minha opinião,|Por exemplo,|Talvez",
        "when": "ontem|hoje|esta manhã|esta noite|na semana passada|antes do meio-dia|depois do almoço|"
        "na {weekday}|há {number} dias|há {number} anos|em {year}|durante as férias|no fim do ano|"
        "na primavera|no verão|às {number} horas|cada {weekday}|em {month}|como previsto",
        "weekday": "segunda-feira|terça-feira|quarta-feira|quinta-feira|sexta-feira",
        "month": "janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro",
        "number": "2|3|4|5|6|7|8|9|10|11|12|15|18|20|24|25|30|40|50|60|90|100|120|200|500|1.000|10.000|dois|"
        "três|quatro|cinco|seis|dez|doze",
        "percent": "{number} %|{number} por cento|{number},5 %|{number} pontos",
        "money": "{number} euros|{number} €|R$ {number}|{number} milhões de reais|{number} reais",
    },
}

# Nothing personal in any of these.
PLAIN: dict[str, list[str]] = {
    "de": [
        "{group} {doing} {thing}.",
        "{group} {doing} {thing} {when}.",
        "{it} {doing} {np}.",
        "{np} und {np}: {number}",
        "{adj}e {np} und {adj}e {np} sind {where}.",
        "{group} hat {thing} {when} {did}.",
        "{group} hat {thing} {where} {did}.",
        "{when} hat {group} {thing} {did}.",
        "{opener} hat {group} {thing} noch nicht {did}.",
        "Hat {group} {thing} schon {did}?",
        "Warum wurde {it} nicht {did}?",
        "{it} wurde {when} {did}.",
        "{it} ist {where} und {it} auch.",
        "{it} kostet {money}.",
        "{it} fehlt {where}.",
        "Wo ist {it}?",
        "Ich suche {thing} für {thing}.",
        "Wir brauchen {thing}, {thing} und {thing}.",
        "Bitte bringen Sie {thing} {when} mit.",
        "Bitte prüfen Sie {thing} und {thing}.",
        "Können Sie mir sagen, ob {it} {when} {did} wurde?",
        "Wenn {it} {adj} ist, wird {it} {did}.",
        "Ich habe {thing} {where} {did}.",
        "Betreff: {it}",
        "- {it}: {number}",
        "- {it}",
        "{nm}, {nf} und {nn}",
        "{nf} | {nm} | {nn}",
        "{km} und {kf}",
        "Als {role} prüfe ich {thing} und {thing}.",
        "Wir suchen {role} (m/w/d) mit Erfahrung im {nm}.",
        "Der Kurs beginnt um {number} Uhr {where}.",
        "Schritt {number}: {thing} öffnen, dann {thing} schließen.",
        "Die Kosten stiegen um {percent}, die Erlöse um {percent}.",
        "Es gibt {number} Gründe, warum {it} so {adj} ist.",
        "Allgemeine Geschäftsbedingungen",
        "Inhaltsverzeichnis",
        "Öffnungszeiten: {weekday} bis {weekday}, 9 bis 18 Uhr",
        "Zusammenfassung und Ausblick",
        "Ort, Datum, Unterschrift",
        "Herzlichen Glückwunsch zum Geburtstag!",
        "Frohe Weihnachten und ein gutes neues Jahr!",
        "Guten Morgen, ist noch Kaffee da?",
        "Alles Gute und bis bald!",
        "Das Kind spielt im Garten, und der Hund schläft unter dem Baum.",
        "Am Wochenende wollen wir wandern, wenn das Wetter hält.",
        "Die Kinder gehen in die Schule, die Eltern zur Arbeit.",
        "Der Zug hat Verspätung, deshalb verpassen wir den Anschluss.",
        "Auf der Autobahn gibt es einen Stau von acht Kilometern.",
        "Im Supermarkt waren Brot, Milch und Käse ausverkauft.",
        "Die Suppe muss noch zehn Minuten auf kleiner Flamme kochen.",
        "Mein Rücken tut weh, ich habe zu lange am Schreibtisch gesessen.",
        "Gegen Kopfschmerzen hilft oft ein Glas Wasser und frische Luft.",
        "Der Mieter haftet für Schäden, die er selbst verursacht hat.",
        "Die Frist beginnt mit dem Zugang der Kündigung.",
        "Das Gericht wies die Klage ab und ließ keine Berufung zu.",
        "Der Käufer trägt die Kosten der Rücksendung.",
        "Laut Umfrage sind Kunden mit dem Service zufrieden.",
        "Das Unternehmen will Stellen abbauen und Standorte zusammenlegen.",
        "Vorstand und Betriebsrat einigten sich auf höhere Löhne.",
        "Die Europäische Union berät über strengere Grenzwerte.",
        "Der Bundesrat stimmt im Herbst über die Reform ab.",
        "Die Aktie verlor an Wert, während Gold und Öl teurer wurden.",
        "Forscher haben Proben aus dem Boden und dem Grundwasser untersucht.",
        "Die Datei lässt sich nicht öffnen, weil das Format unbekannt ist.",
        "Klicken Sie auf Einstellungen, dann auf Datenschutz und auf Konto löschen.",
        "Nach dem Update stürzt das Programm beim Drucken ab.",
        "ACHTUNG: Tür während der Fahrt nicht öffnen.",
        "WICHTIG: Bitte Beleg aufbewahren!",
        "Die Mannschaft gewann das Spiel in der Verlängerung.",
        "Im Museum sind Bilder und Möbel aus dem Barock zu sehen.",
        "Fleisch, Fisch und Gemüse gehören in den Kühlschrank.",
        "Hinweis: Das Angebot gilt nur, solange der Vorrat reicht.",
    ],
    "fr": [
        "{group} {doing} {thing}.",
        "{group} {doing} {thing} {when}.",
        "{thing}, {where}, {doing} {thing}.",
        "{group} a {did} {thing} {when}.",
        "{group} a {did} {thing} {where}.",
        "{when}, {group} a {did} {thing}.",
        "{opener} {group} n'a pas encore {did} {thing}.",
        "Qui a {did} {thing} {where} ?",
        "Avez-vous {did} {thing} ?",
        "Nous avons {did} {thing} {where}.",
        "J'ai {did} {thing} {when}.",
        "Où se trouve {thing} ?",
        "{thing} se trouve {where}.",
        "{thing} coûte {money}.",
        "{thing}, {thing} et {thing}",
        "Sans {thing}, rien ne marche.",
        "Merci pour {thing}.",
        "Objet : {thing}",
        "- {thing}",
        "- {thing} : {number}",
        "Je cherche {thing} pour {thing}.",
        "Voici {thing} dont nous avons parlé {when}.",
        "Le cours commence à {number} heures {where}.",
        "Le concert est prévu {where}.",
        "Les enfants attendent {where}.",
        "Il reste {number} places {where}.",
        "Rendez-vous {where} à {number} heures.",
        "On s'est retrouvés {where} {when}.",
        "Étape {number} : vérifier {thing}, puis {thing}.",
        "Je travaille comme {role} et je prépare {thing}.",
        "Les coûts ont baissé de {percent} et les prix de {percent}.",
        "Nous recrutons : {role}, {role}",
        "Conditions générales de livraison",
        "Table des matières",
        "Horaires : du {weekday} au {weekday}, de 9 h à 18 h",
        "Ressources humaines",
        "Lieu, date et signature",
        "Joyeux anniversaire et bonne fête !",
        "Bonne année et meilleurs vœux à toute l'équipe.",
        "Bonsoir, est-ce qu'il reste du café ?",
        "Bon courage et à bientôt !",
        "Les enfants jouent dans le jardin et le chien dort sous la table.",
        "Ce week-end, nous voulons marcher en forêt si le temps le permet.",
        "Le train a du retard, nous allons rater la correspondance.",
        "Un bouchon de huit kilomètres bloque l'autoroute.",
        "Au supermarché, il n'y avait plus de pain ni de lait.",
        "Laissez mijoter la sauce dix minutes à feu doux.",
        "J'ai mal au dos parce que je reste assis trop longtemps.",
        "Un verre d'eau et un peu d'air frais suffisent souvent.",
        "Le locataire répond des dégâts qu'il a causés.",
        "Le délai commence le jour de la réception de la lettre.",
        "Le tribunal a rejeté la plainte.",
        "Les frais de retour sont à la charge de l'acheteur.",
        "Selon un sondage, la clientèle est satisfaite du service.",
        "Le groupe veut supprimer des postes et fermer des usines.",
        "Patrons et syndicats se sont mis d'accord sur les salaires.",
        "L'Union européenne discute de règles plus strictes.",
        "L'Assemblée nationale vote la réforme cet automne.",
        "L'action a perdu de la valeur pendant que le pétrole montait.",
        "Les chercheurs ont analysé des échantillons de terre et d'eau.",
        "Impossible d'ouvrir le fichier, le format est inconnu.",
        "Cliquez sur Paramètres, puis sur Confidentialité et sur Supprimer le compte.",
        "Depuis la mise à jour, le logiciel plante à l'impression.",
        "ATTENTION : ne pas ouvrir la porte pendant la marche.",
        "IMPORTANT : conservez votre ticket de caisse !",
        "L'équipe a gagné le match aux tirs au but.",
        "Le musée expose des meubles et des tableaux anciens.",
        "La viande, le poisson et les légumes vont au frigo.",
        "Offre valable jusqu'à épuisement des stocks.",
    ],
    "es": [
        "{group} {doing} {thing}.",
        "{group} {doing} {thing} {when}.",
        "La {nf} {doing} {thing} {where}.",
        "{group} {did} {thing} {when}.",
        "{group} {did} {thing} {where}.",
        "{when}, {group} {did} {thing}.",
        "{opener} {group} no {did} {thing}.",
        "¿Quién {did} {thing} {where}?",
        "¿Dónde está {thing}?",
        "¿Por qué {group} no {did} {thing}?",
        "{thing} está {where}.",
        "{thing} cuesta {money}.",
        "{thing}, {thing} y {thing}",
        "Sin {thing} no funciona nada.",
        "Gracias por {thing}.",
        "Asunto: {thing}",
        "- {thing}",
        "- {thing}: {number}",
        "Busco {thing} para {thing}.",
        "Aquí tiene {thing} de que hablamos {when}.",
        "El curso empieza a las {number} {where}.",
        "Los niños esperan {where}.",
        "Quedan {number} plazas {where}.",
        "Paso {number}: revisar {thing} y después {thing}.",
        "Trabajo de {role} y preparo {thing}.",
        "Los costes bajaron un {percent} y los precios un {percent}.",
        "Se busca {role} con experiencia.",
        "Condiciones generales de entrega",
        "Índice de contenidos",
        "Horario: de {weekday} a {weekday}, de 9 a 18 h",
        "Recursos Humanos",
        "Lugar, fecha y firma",
        "¡Feliz cumpleaños y muchas felicidades!",
        "Feliz Navidad y próspero Año Nuevo.",
        "Buenas tardes, ¿queda café?",
        "¡Mucho ánimo y hasta pronto!",
        "Los niños juegan en el patio y el perro duerme bajo la mesa.",
        "El fin de semana queremos caminar por el bosque si no llueve.",
        "El tren llega tarde y vamos a perder el enlace.",
        "Hay un atasco de ocho kilómetros en la autopista.",
        "En el supermercado ya no quedaba pan ni leche.",
        "Deje cocer la salsa diez minutos a fuego lento.",
        "Me duele la espalda de estar tanto tiempo sentado.",
        "Un vaso de agua y un poco de aire fresco suelen bastar.",
        "El inquilino responde de los daños que ha causado.",
        "El plazo empieza el día en que se recibe la carta.",
        "El tribunal rechazó la demanda.",
        "Los gastos de devolución corren a cargo del comprador.",
        "Según una encuesta, la clientela está contenta con el servicio.",
        "La compañía quiere recortar puestos y cerrar fábricas.",
        "Empresarios y sindicatos acordaron subir los salarios.",
        "La Unión Europea debate normas más estrictas.",
        "El Congreso vota la reforma en otoño.",
        "La acción perdió valor mientras el petróleo subía.",
        "Los investigadores analizaron muestras de tierra y de agua.",
        "No se puede abrir el archivo porque el formato es desconocido.",
        "Pulse Ajustes, luego Privacidad y después Eliminar cuenta.",
        "Desde la actualización el programa falla al imprimir.",
        "ATENCIÓN: no abrir la puerta con la máquina en marcha.",
        "IMPORTANTE: guarde el recibo.",
        "El equipo ganó el partido en la prórroga.",
        "El museo expone muebles y cuadros antiguos.",
        "La carne, el pescado y la verdura van a la nevera.",
        "Oferta válida hasta fin de existencias.",
    ],
    "it": [
        "{group} {doing} {thing}.",
        "{group} {doing} {thing} {when}.",
        "{group} ha {did} {thing} {when}.",
        "{group} ha {did} {thing} {where}.",
        "{when} {group} ha {did} {thing}.",
        "{opener} {group} non ha ancora {did} {thing}.",
        "Chi ha {did} {thing} {where}?",
        "Avete {did} {thing}?",
        "Abbiamo {did} {thing} {where}.",
        "Dove si trova {thing}?",
        "{thing} si trova {where}.",
        "{thing} costa {money}.",
        "{thing}, {thing} e {thing}",
        "Senza {thing} non funziona niente.",
        "Grazie per {thing}.",
        "Oggetto: {thing}",
        "- {thing}",
        "- {thing}: {number}",
        "Cerco {thing} per {thing}.",
        "Il corso comincia alle {number} {where}.",
        "I bambini aspettano {where}.",
        "Punto {number}: controllare {thing}, poi {thing}.",
        "Lavoro come {role} e preparo {thing}.",
        "I costi sono scesi del {percent} e i prezzi del {percent}.",
        "Condizioni generali di consegna",
        "Risorse umane",
        "Orario: da {weekday} a {weekday}, dalle 9 alle 18",
        "Luogo, data e firma",
        "Buon compleanno e tanti auguri!",
        "Buon Natale e felice anno nuovo.",
        "Buonasera, c'è ancora del caffè?",
        "I bambini giocano in cortile e il cane dorme sotto la tavola.",
        "Nel fine settimana vogliamo camminare nel bosco.",
        "Il treno è in ritardo e perderemo la coincidenza.",
        "C'è una coda di otto chilometri sull'autostrada.",
        "Al supermercato non c'erano più né pane né latte.",
        "Lasciate cuocere il sugo dieci minuti a fuoco basso.",
        "Mi fa male la schiena perché sto troppo seduto.",
        "L'inquilino risponde dei danni che ha causato.",
        "Il tribunale ha respinto la domanda.",
        "Le spese di reso sono a carico dell'acquirente.",
        "Secondo un sondaggio i clienti sono contenti del servizio.",
        "Il gruppo vuole tagliare posti e chiudere stabilimenti.",
        "L'Unione europea discute regole più severe.",
        "La Camera vota la riforma in autunno.",
        "Il titolo ha perso valore mentre il petrolio saliva.",
        "Il file non si apre perché il formato è sconosciuto.",
        "Fate clic su Impostazioni, poi su Privacy e su Elimina account.",
        "ATTENZIONE: non aprire lo sportello durante il lavaggio.",
        "La squadra ha vinto la partita ai rigori.",
        "Offerta valida fino a esaurimento delle scorte.",
    ],
    "nl": [
        "{group} {doing} {thing}.",
        "{group} {doing} {thing} {when}.",
        "De {nd} {doing} {adj} {np}.",
        "{group} heeft {thing} {when} {did}.",
        "{group} heeft {thing} {where} {did}.",
        "{when} heeft {group} {thing} {did}.",
        "{opener} heeft {group} {thing} nog niet {did}.",
        "Waarom is {thing} niet {did}?",
        "{thing} is {when} {did}.",
        "Waar is {thing}?",
        "{thing} ligt {where}.",
        "{thing} kost {money}.",
        "Ik zoek {thing} voor {thing}.",
        "We hebben {thing}, {thing} en {thing} nodig.",
        "Onderwerp: {thing}",
        "- {thing}",
        "- {thing}: {number}",
        "De cursus begint om {number} uur {where}.",
        "Stap {number}: open {thing} en sluit {thing}.",
        "Als {role} controleer ik {thing}.",
        "De kosten stegen met {percent} en de prijzen met {percent}.",
        "Algemene voorwaarden",
        "Inhoudsopgave",
        "Openingstijden: {weekday} tot en met {weekday}, 9 tot 18 uur",
        "Plaats, datum en handtekening",
        "Van harte gefeliciteerd met je verjaardag!",
        "Prettige kerstdagen en een gelukkig nieuwjaar!",
        "Goedemorgen, is er nog koffie?",
        "De kinderen spelen in de tuin en de hond slaapt onder de tafel.",
        "De trein heeft vertraging, dus we missen de aansluiting.",
        "Op de snelweg staat acht kilometer file.",
        "In de supermarkt waren het brood en de melk op.",
        "Laat de saus tien minuten zachtjes koken.",
        "Mijn rug doet pijn omdat ik te lang zit.",
        "De huurder betaalt de schade die hij heeft veroorzaakt.",
        "De rechtbank wees de eis af.",
        "De koper betaalt de kosten van het terugsturen.",
        "Het bedrijf wil banen schrappen en fabrieken sluiten.",
        "De Europese Unie praat over strengere regels.",
        "Het bestand gaat niet open omdat het formaat onbekend is.",
        "Klik op Instellingen, dan op Privacy en op Account verwijderen.",
        "LET OP: open de deur niet tijdens het rijden.",
        "Het team won de wedstrijd na verlenging.",
    ],
    "pt": [
        "{group} {doing} {thing}.",
        "{group} {doing} {thing} {when}.",
        "{group} {did} {thing} {when}.",
        "{group} {did} {thing} {where}.",
        "{when}, {group} {did} {thing}.",
        "{opener} {group} não {did} {thing}.",
        "Quem {did} {thing} {where}?",
        "Onde está {thing}?",
        "{thing} está {where}.",
        "{thing} custa {money}.",
        "{thing}, {thing} e {thing}",
        "Sem {thing} nada funciona.",
        "Assunto: {thing}",
        "- {thing}",
        "- {thing}: {number}",
        "Procuro {thing} para {thing}.",
        "O curso começa às {number} horas {where}.",
        "As crianças esperam {where}.",
        "Passo {number}: verificar {thing} e depois {thing}.",
        "Os custos baixaram {percent} e os preços {percent}.",
        "Condições gerais de entrega",
        "Recursos Humanos",
        "Local, data e assinatura",
        "Feliz aniversário e muitas felicidades!",
        "Feliz Natal e próspero Ano Novo.",
        "Boa tarde, ainda há café?",
        "As crianças brincam no jardim e o cão dorme debaixo da mesa.",
        "O comboio está atrasado e vamos perder a ligação.",
        "Há uma fila de oito quilómetros na autoestrada.",
        "No supermercado já não havia pão nem leite.",
        "Deixe o molho cozinhar dez minutos em lume brando.",
        "Dói-me as costas de estar tanto tempo sentado.",
        "O inquilino responde pelos danos que causou.",
        "O tribunal rejeitou o pedido.",
        "As despesas de devolução ficam a cargo do comprador.",
        "A empresa quer cortar postos e fechar fábricas.",
        "A União Europeia discute regras mais rígidas.",
        "O arquivo não abre porque o formato é desconhecido.",
        "Clique em Configurações, depois em Privacidade e em Excluir conta.",
        "ATENÇÃO: não abrir a porta durante a viagem.",
        "A equipa ganhou o jogo no prolongamento.",
        "Oferta válida até ao fim do stock.",
    ],
}

# Something personal in the same sentences, so that it is not the words around that tell.
PERSONAL: dict[str, list[str]] = {
    "de": [
        "{group} fährt {when} nach {city}.",
        "{it} kommt aus {location}.",
        "{when} war {first} in {city}.",
        "{opener} zieht {person} von {city} nach {country}.",
        "{person}, {role} in {city}, {doing} {thing}.",
        "{it} gehört {person}.",
        "{group} schickt {thing} an {person} in {location}.",
        "Neben {first} saß {person}.",
        "Die Messe in {city} beginnt am {date}.",
        "{date}: {person}, {thing}",
        "Zwischen {city} und {city} wird gebaut.",
        "{thing} bitte bis {date} an {org} schicken.",
        "Auch in {city}, {city} und {country} ist {it} {adj}.",
        "Mit {person}, {person} und {first} {doing} {group} {thing}.",
        "{person} {doing} {thing}.",
        "{org} {doing} {thing}.",
        "{person} hat {thing} {when} {did}.",
        "{when} hat {person} {thing} {did}.",
        "{opener} haben {person} und {person} {thing} {did}.",
        "{group} hat {thing} mit {person} {did}.",
        "{group} hat {thing} für {org} {did}.",
        "{org} hat {thing} {when} {did}.",
        "{it} von {title} {last} ist {where}.",
        "{it} aus {city} wurde {when} {did}.",
        "Hat {title} {last} {thing} schon {did}?",
        "Wo hat {first} {thing} {did}?",
        "{first} sucht {thing} {where}.",
        "{group} hat {thing} in {city} {did}.",
    ],
    "fr": [
        "{group} part {when} pour {city}.",
        "{thing} vient de {location}.",
        "{when}, {first} était à {city}.",
        "{opener} {person} quitte {city} pour {country}.",
        "{person}, {role} à {city}, {doing} {thing}.",
        "{thing} appartient à {person}.",
        "{group} envoie {thing} à {person}, à {location}.",
        "À côté de {first} se tenait {person}.",
        "Avec {person}, {person} et {first}, on {doing} {thing}.",
        "Le salon de {city} commence le {date}.",
        "{date} : {person}, {thing}",
        "Entre {city} et {city}, la route est coupée.",
        "Merci d'adresser {thing} à {org} avant le {date}.",
        "À {city}, {city} et {city}, {thing} coûte {money}.",
        "{person} {doing} {thing}.",
        "{org} {doing} {thing}.",
        "{person} a {did} {thing} {when}.",
        "{when}, {person} a {did} {thing}.",
        "{opener} {person} et {person} ont {did} {thing}.",
        "{group} a {did} {thing} avec {person}.",
        "{group} a {did} {thing} pour {org}.",
        "{org} a {did} {thing} {when}.",
        "{thing} de {person} se trouve {where}.",
        "{group} a {did} {thing} à {city}.",
        "{title} {last} attend {where}.",
        "{first} a oublié {thing} {where}.",
        "Où {person} a-t-il {did} {thing} ?",
    ],
    "es": [
        "{group} sale {when} hacia {city}.",
        "{thing} viene de {location}.",
        "{when}, {first} estaba en {city}.",
        "{opener} {person} se muda de {city} a {country}.",
        "{person}, {role} en {city}, {doing} {thing}.",
        "{thing} es de {person}.",
        "{group} manda {thing} a {person}, en {location}.",
        "Al lado de {first} estaba {person}.",
        "Con {person}, {person} y {first} se {doing} {thing}.",
        "La feria de {city} empieza el {date}.",
        "{date}: {person}, {thing}",
        "Entre {city} y {city} hay obras.",
        "Mande {thing} a {org} antes del {date}.",
        "En {city}, {city} y {country}, {thing} cuesta {money}.",
        "{person} {doing} {thing}.",
        "{org} {doing} {thing}.",
        "{person} {did} {thing} {when}.",
        "{when}, {person} {did} {thing}.",
        "{opener} {person} no {did} {thing}.",
        "{group} {did} {thing} con {person}.",
        "{group} {did} {thing} para {org}.",
        "{org} {did} {thing} {when}.",
        "{thing} de {person} está {where}.",
        "{group} {did} {thing} en {city}.",
        "{title} {last} espera {where}.",
        "¿Dónde {did} {first} {thing}?",
    ],
    "it": [
        "{group} parte {when} per {city}.",
        "{thing} viene da {location}.",
        "{when} {first} era a {city}.",
        "{opener} {person} si trasferisce da {city} in {country}.",
        "{person}, {role} a {city}, {doing} {thing}.",
        "{thing} è di {person}.",
        "{group} manda {thing} a {person}, a {location}.",
        "Accanto a {first} c'era {person}.",
        "La fiera di {city} comincia il {date}.",
        "{date}: {person}, {thing}",
        "Tra {city} e {city} ci sono lavori.",
        "Mandate {thing} a {org} entro il {date}.",
        "{person} {doing} {thing}.",
        "{org} {doing} {thing}.",
        "{person} ha {did} {thing} {when}.",
        "{opener} {person} non ha {did} {thing}.",
        "{group} ha {did} {thing} con {person}.",
        "{org} ha {did} {thing} {when}.",
        "{thing} di {person} si trova {where}.",
        "{group} ha {did} {thing} a {city}.",
        "{title} {last} aspetta {where}.",
    ],
    "nl": [
        "{group} gaat {when} naar {city}.",
        "{thing} komt uit {location}.",
        "{when} was {first} in {city}.",
        "{opener} verhuist {person} van {city} naar {country}.",
        "{person}, {role} in {city}, {doing} {thing}.",
        "{thing} is van {person}.",
        "{group} stuurt {thing} naar {person} in {location}.",
        "Naast {first} stond {person}.",
        "De beurs in {city} begint op {date}.",
        "{date}: {person}, {thing}",
        "Tussen {city} en {city} is de weg dicht.",
        "Stuur {thing} voor {date} naar {org}.",
        "{person} {doing} {thing}.",
        "{org} {doing} {thing}.",
        "{person} heeft {thing} {when} {did}.",
        "{opener} heeft {person} {thing} niet {did}.",
        "{group} heeft {thing} met {person} {did}.",
        "{org} heeft {thing} {when} {did}.",
        "{thing} van {person} ligt {where}.",
        "{group} heeft {thing} in {city} {did}.",
        "{title} {last} wacht {where}.",
    ],
    "pt": [
        "{group} parte {when} para {city}.",
        "{thing} vem de {location}.",
        "{when}, {first} estava em {city}.",
        "{opener} {person} muda-se de {city} para {country}.",
        "{person}, {role} em {city}, {doing} {thing}.",
        "{thing} é de {person}.",
        "{group} manda {thing} a {person}, em {location}.",
        "Ao lado de {first} estava {person}.",
        "A feira de {city} começa em {date}.",
        "{date}: {person}, {thing}",
        "Entre {city} e {city} há obras.",
        "Mande {thing} à {org} até {date}.",
        "{person} {doing} {thing}.",
        "{org} {doing} {thing}.",
        "{person} {did} {thing} {when}.",
        "{opener} {person} não {did} {thing}.",
        "{group} {did} {thing} com {person}.",
        "{org} {did} {thing} {when}.",
        "{thing} de {person} está {where}.",
        "{group} {did} {thing} em {city}.",
        "{title} {last} espera {where}.",
    ],
}

# Never trained on: sentences with something personal and sentences without, to measure with.
HELD: dict[str, tuple[list[str], list[str]]] = {
    "de": (
        [
            "Seit dem {date} ist {full} Kundin bei {org}.",
            "Im Wartezimmer saßen {title} {last} und {person}.",
            "Das Paket ging versehentlich nach {city} statt an {full}, {address}.",
            "Fragen beantwortet Ihnen {person} aus {city}.",
        ],
        [
            "Nach dem Regen standen die Felder und Wege unter Wasser.",
            "Das Protokoll der Versammlung liegt ab Mittwoch im Sekretariat aus.",
            "Unsere Bäckerei backt Roggenbrot, Brezeln und Hefezopf.",
            "Der Schornsteinfeger kommt zwischen acht und zehn Uhr.",
            "Wegen der Umstellung auf das neue Verfahren kann es zu Wartezeiten kommen.",
            "Bei Störungen der Lüftung bitte den Hausmeister verständigen.",
            "Die Gewerkschaft fordert mehr Lohn und kürzere Schichten.",
            "Ein Igel überwintert unter Laub und Reisig.",
            "Vergessen Sie nicht, Ihre Gutscheine vor Ablauf einzulösen.",
            "Gebrauchte Möbel, Geschirr und Spielzeug zu verschenken.",
        ],
    ),
    "fr": (
        [
            "Depuis le {date}, {full} est cliente chez {org}.",
            "{title} {last} et {person} patientaient à l'accueil.",
            "Le colis est parti à {city} au lieu d'arriver chez {full}, {address}.",
            "{person}, de {city}, répondra à vos questions.",
        ],
        [
            "Après l'orage, les champs et les chemins étaient inondés.",
            "Le compte rendu de l'assemblée est disponible au secrétariat.",
            "Notre boulangerie propose du seigle, des brioches et des croissants.",
            "Le ramoneur passe entre huit et dix heures.",
            "Le spectacle se joue dans un ancien hangar près du canal.",
            "En cas de fuite, prévenez le gardien.",
            "Les grévistes réclament une revalorisation et des effectifs.",
            "Un hérisson hiverne sous les feuilles mortes.",
            "Pensez à utiliser vos bons avant leur expiration.",
            "À donner : meubles, vaisselle et jouets d'occasion.",
        ],
    ),
    "es": (
        [
            "Desde el {date}, {full} es clienta de {org}.",
            "{title} {last} y {person} esperaban en recepción.",
            "El envío acabó en {city} y no en casa de {full}, {address}.",
            "{person}, de {city}, responderá a sus preguntas.",
        ],
        [
            "Tras la tormenta, los campos y los caminos quedaron anegados.",
            "El acta de la asamblea está disponible en secretaría.",
            "Nuestra panadería hornea centeno, bollos y rosquillas.",
            "El deshollinador pasa entre las ocho y las diez.",
            "La función se representa en un antiguo almacén junto al canal.",
            "En caso de fuga, avise al portero.",
            "Los huelguistas exigen mejoras y turnos más cortos.",
            "Un erizo pasa el invierno entre la hojarasca.",
            "No olvide canjear sus vales antes de que caduquen.",
            "Se regalan muebles, vajilla y juguetes usados.",
        ],
    ),
    "it": (
        [
            "Dal {date} {full} è cliente di {org}.",
            "{title} {last} e {person} aspettavano in portineria.",
            "{person}, di {city}, risponderà alle vostre domande.",
        ],
        [
            "Dopo il temporale i campi e i sentieri erano allagati.",
            "Il verbale dell'assemblea è disponibile in segreteria.",
            "Lo spazzacamino passa tra le otto e le dieci.",
            "In caso di guasto avvisate il custode.",
            "Gli scioperanti chiedono aumenti e turni più brevi.",
            "Un riccio sverna tra le foglie secche.",
            "Ricordate di usare i buoni prima della scadenza.",
            "Regaliamo mobili, stoviglie e giocattoli usati.",
        ],
    ),
    "nl": (
        [
            "Sinds {date} is {full} klant bij {org}.",
            "{title} {last} en {person} zaten te wachten.",
            "{person} uit {city} beantwoordt uw vragen.",
        ],
        [
            "Na het onweer stonden de akkers en paden onder water.",
            "De notulen liggen vanaf woensdag bij het secretariaat.",
            "De schoorsteenveger komt tussen acht en tien.",
            "Meld lekkages direct bij de conciërge.",
            "De stakers eisen hogere lonen en kortere diensten.",
            "Een egel overwintert onder dorre bladeren.",
            "Vergeet niet uw bonnen op tijd in te wisselen.",
            "Gratis af te halen: meubels, servies en speelgoed.",
        ],
    ),
    "pt": (
        [
            "Desde {date}, {full} é cliente da {org}.",
            "{title} {last} e {person} aguardavam na receção.",
            "{person}, de {city}, responde às suas perguntas.",
        ],
        [
            "Depois da trovoada, os campos e os caminhos ficaram alagados.",
            "A ata da assembleia está disponível na secretaria.",
            "O limpa-chaminés passa entre as oito e as dez.",
            "Em caso de fuga, avise o porteiro.",
            "Os grevistas exigem aumentos e turnos mais curtos.",
            "Um ouriço passa o inverno entre folhas secas.",
            "Não se esqueça de usar os vales antes que expirem.",
            "Oferecem-se móveis, louça e brinquedos usados.",
        ],
    ),
}
