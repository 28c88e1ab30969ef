"""One number in many ways of writing, and numbers that only look alike: a table of pairs."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from slm_magic.text import checks
from slm_magic.text.checks_numbers import unsupported_numbers
from slm_magic.text.number_words import eastern, spelled

# Source, output, languages: the same figures, written as each language writes them.
SAME = [
    # Thousands and decimals.
    ("The rent is 1,234.56 euros.", "Le loyer est de 1 234,56 euros.", "en-fr"),
    ("The rent is 1,234.56 euros.", "Le loyer est de 1\u202f234,56 euros.", "en-fr"),
    ("The rent is 1,234.56 euros.", "Le loyer est de 1\u2009234,56 euros.", "en-fr"),
    ("The rent is 1,234.56 euros.", "Die Miete beträgt 1.234,56 Euro.", "en-de"),
    ("The rent is 1,234.56 francs.", "Die Miete beträgt 1'234.56 Franken.", "en-de"),
    ("The rent is 1,234.56 francs.", "Die Miete beträgt 1’234,56 Franken.", "en-de"),
    ("The rent is 1,234.56 euros.", "El alquiler es de 1.234,56 euros.", "en-es"),
    ("The rent is 1,234.56 pesos.", "La renta es de 1,234.56 pesos.", "en-es"),
    ("The rent is 1,234.56 euros.", "L'affitto è di 1.234,56 euro.", "en-it"),
    ("The rent is 1,234.56 euros.", "De huur is 1.234,56 euro.", "en-nl"),
    ("The rent is 1,234.56 euros.", "A renda é de 1 234,56 euros.", "en-pt"),
    ("The rent is 1,234.56 roubles.", "Плата составляет 1 234,56 рубля.", "en-ru"),
    ("Die Stadt hat 84.512 Einwohner.", "The town has 84,512 inhabitants.", "de-en"),
    ("Die Stadt hat 84.512 Einwohner.", "La ville compte 84 512 habitants.", "de-fr"),
    ("Ventas de 2.345.678 litros.", "Sales of 2,345,678 litres.", "es-en"),
    ("A rate of 0.5 was set.", "Un taux de 0,5 a été fixé.", "en-fr"),
    ("A rate of .5 was set.", "Un taux de 0,5 a été fixé.", "en-fr"),
    ("It weighs 4.50 kg.", "Es wiegt 4,5 kg.", "en-de"),
    ("A fleet of 12,34,567 buses.", "Eine Flotte von 1.234.567 Bussen.", "en-de"),
    ("共有 ３４５ 页。", "It has 345 pages.", "zh-en"),
    # Scales.
    ("A profit of 3.2 million euros.", "Ein Gewinn von 3,2 Mio. Euro.", "en-de"),
    ("A profit of 3.2 million euros.", "Un bénéfice de 3,2 M€.", "en-fr"),
    ("A profit of €3.2m.", "Un bénéfice de 3,2 millions d'euros.", "en-fr"),
    ("A profit of 3.2 million euros.", "Un utile di 3,2 milioni di euro.", "en-it"),
    ("A profit of 3.2 million euros.", "Um lucro de 3,2 milhões de euros.", "en-pt"),
    ("A profit of 3.2 million euros.", "Een winst van 3,2 miljoen euro.", "en-nl"),
    ("A profit of 3.2 million euros.", "Прибыль в 3,2 млн евро.", "en-ru"),
    ("A profit of 3.2 million yen.", "320万円の利益。", "en-ja"),
    ("A profit of 3.2 million euros.", "Un beneficio de 3.200.000 euros.", "en-es"),
    ("Ein Umsatz von 7,1 Mrd. Euro.", "Sales of 7.1 billion euros.", "de-en"),
    ("Ein Umsatz von 7,1 Mrd. Euro.", "Sales of €7.1bn.", "de-en"),
    ("Ein Umsatz von 7,1 Mrd. Euro.", "Un chiffre d'affaires de 7,1 milliards d'euros.", "de-fr"),
    ("Ein Umsatz von 7,1 Mrd. Euro.", "Un volumen de 7.100 millones de euros.", "de-es"),
    ("Ein Umsatz von 7 Mrd. Euro.", "Un volumen de 7 mil millones de euros.", "de-es"),
    ("Ein Umsatz von 7,1 Mrd. Euro.", "Оборот в 7,1 млрд евро.", "de-ru"),
    ("A budget of 4.1 billion yuan.", "预算为41亿元。", "en-zh"),
    ("A prize of $5k.", "Un prix de 5 000 dollars.", "en-fr"),
    ("A prize of 5,000 euros.", "Ein Preis von 5 Tsd. Euro.", "en-de"),
    ("Half a million people came.", "500 000 personnes sont venues.", "en-fr"),
    ("Anderthalb Millionen Menschen kamen.", "1.5 million people came.", "de-en"),
    ("Two million people came.", "2 000 000 de personnes sont venues.", "en-fr"),
    ("She bought 2 dozen eggs.", "Sie kaufte 24 Eier.", "en-de"),
    ("She bought two dozen eggs.", "Sie kaufte 24 Eier.", "en-de"),
    ("She bought 24 eggs.", "Elle a acheté deux douzaines d'œufs.", "en-fr"),
    ("She bought 2 dozen eggs.", "Elle a acheté deux douzaines d'œufs.", "en-fr"),
    ("Sie kaufte 3 Dutzend Eier.", "She bought three dozen eggs.", "de-en"),
    ("Sie kaufte drei Dutzend Eier.", "She bought 36 eggs.", "de-en"),
    ("Compró 2 docenas de huevos.", "Comprò due dozzine di uova.", "es-it"),
    ("Comprou 24 ovos.", "Ze kocht twee dozijn eieren.", "pt-nl"),
    ("She bought half a dozen eggs.", "Compró 6 huevos.", "en-es"),
    ("She bought 6 eggs.", "Elle a acheté une demi-douzaine d'œufs.", "en-fr"),
    ("She bought 12 eggs.", "Ela comprou uma dúzia de ovos.", "en-pt"),
    ("She bought 2 dozen eggs.", "Kupiła 2 tuziny jajek.", "en-pl"),
    ("The wall is 5 m high.", "Le mur fait cinq mètres de haut.", "en-fr"),
    ("A trillion dollars is a lot.", "1 billion de dollars, c'est beaucoup.", "en-fr"),
    # Percent and its parts.
    ("Prices rose 15%.", "Les prix ont augmenté de 15 %.", "en-fr"),
    ("Prices rose 15 percent.", "Les prix ont augmenté de 15 pour cent.", "en-fr"),
    ("Prices rose 15 per cent.", "Die Preise stiegen um 15 Prozent.", "en-de"),
    ("Prices rose 15%.", "Los precios subieron un 15 por ciento.", "en-es"),
    ("Prices rose 15%.", "Цены выросли на 15 процентов.", "en-ru"),
    ("Prices rose 15%.", "物价上涨了百分之十五。", "en-zh"),
    ("Between 5% and 7% of it.", "Entre 5 et 7 % de cela.", "en-fr"),
    ("A 20% discount.", "Ein 20-prozentiger Rabatt.", "en-de"),
    ("The rate rose by 25 basis points.", "Der Zins stieg um 0,25 Prozentpunkte.", "en-de"),
    ("The rate rose by 25 basis points.", "Le taux a gagné 25 points de base.", "en-fr"),
    ("The rate rose by 0.25 percentage points.", "El tipo subió 25 puntos básicos.", "en-es"),
    # Below zero, with a minus, brackets or a word.
    ("Net income was (3.1) million.", "Le résultat net était de −3,1 millions.", "en-fr"),
    ("Net income was $(3.1) million.", "Das Nettoergebnis betrug -3,1 Mio. Dollar.", "en-de"),
    ("Net loss: (3.1) million.", "Perte nette : (3,1) millions.", "en-fr"),
    ("A net loss of (3.1) million.", "Ein Nettoverlust von 3,1 Millionen.", "en-de"),
    ("Le résultat était de -3,1 millions.", "The result was (3.1) million.", "fr-en"),
    ("It was −12 degrees.", "Es waren minus 12 Grad.", "en-de"),
    ("It was -12 degrees.", "气温为零下12度。", "en-zh"),
    ("The margin (3.1%) was thin.", "La marge de 3,1 % était mince.", "en-fr"),
    ("See note (14) below.", "Siehe Anmerkung 14 unten.", "en-de"),
    ("Sales fell 4%.", "Les ventes : -4 %.", "en-fr"),
    # Currencies.
    ("It costs $40.", "Cela coûte 40 $.", "en-fr"),
    ("It costs $40.", "Cela coûte 40 dollars.", "en-fr"),
    ("It costs US$40.", "Es kostet 40 US-Dollar.", "en-de"),
    ("It costs €40.", "Es kostet 40 Euro.", "en-de"),
    ("It costs EUR 40.", "Cela coûte 40 €.", "en-fr"),
    ("It costs £40.", "Cuesta 40 libras.", "en-es"),
    ("It costs £40.", "Cela coûte 40 livres.", "en-fr"),
    ("It costs ¥400.", "Es kostet 400 Yen.", "en-de"),
    ("It costs $40 million.", "它耗资4000万美元。", "en-zh"),
    # Quarters and years of business.
    ("Q3 was strong.", "Le T3 a été solide.", "en-fr"),
    ("Q3 was strong.", "Das 3. Quartal war stark.", "en-de"),
    ("Q3 was strong.", "Das dritte Quartal war stark.", "en-de"),
    ("Ein drittes Quartal 2023 wie keines.", "A Q3 2023 like no other.", "de-en"),
    ("The third quarter was strong.", "Le 3e trimestre a été solide.", "en-fr"),
    ("Q3 was strong.", "El tercer trimestre fue fuerte.", "en-es"),
    ("Q3 was strong.", "第三季度表现强劲。", "en-zh"),
    ("FY2024 was strong.", "L'exercice 2024 a été solide.", "en-fr"),
    ("FY24 was strong.", "Das Geschäftsjahr 2024 war stark.", "en-de"),
    ("The 2023-24 season.", "La saison 2023-2024.", "en-fr"),
    ("The 2023/24 season.", "Die Saison 2023/2024.", "en-de"),
    ("The class of '98.", "La promotion 1998.", "en-fr"),
    # Dates.
    ("It opened on 3 March 2024.", "Es wurde am 03.03.2024 eröffnet.", "en-de"),
    ("It opened on March 5th, 2024.", "Il a ouvert le 5 mars 2024.", "en-fr"),
    ("It opened on March 5, 2024.", "Il a ouvert le 05/03/2024.", "en-fr"),
    ("It opened on 3/5/2024.", "Es wurde am 5. März 2024 eröffnet.", "en-de"),
    ("It opened on 5 March 2024.", "It opened on 2024-03-05.", "en-en"),
    ("Il a ouvert le 5 mars 2024.", "It opened on 2024-03-05.", "fr-en"),
    ("Il a ouvert le 1er août 2024.", "Es wurde am 1. August 2024 eröffnet.", "fr-de"),
    ("Abrió el 5 de marzo de 2024.", "It opened on the 5th of March 2024.", "es-en"),
    ("It opened on 5 March 2024.", "Ha aperto il 5 marzo 2024.", "en-it"),
    ("It opened on 5 March 2024.", "Abriu em 5 de março de 2024.", "en-pt"),
    ("It opened on 5 March 2024.", "Het ging open op 5 maart 2024.", "en-nl"),
    ("It opened on 5 March 2024.", "Он открылся 5 марта 2024 года.", "en-ru"),
    ("It opened on 5 March 2024.", "它于2024年3月5日开业。", "en-zh"),
    ("It opened on 5 March 2024.", "2024年3月5日に開業した。", "en-ja"),
    ("It opened in March 2024.", "Es wurde im März 2024 eröffnet.", "en-de"),
    ("Open from 3 to 5 March.", "Ouvert du 3 au 5 mars.", "en-fr"),
    ("The bridge was closed on May 1.", "Die Brücke war am 1. Mai gesperrt.", "en-de"),
    # Times of day.
    ("Doors open at 3 p.m.", "Ouverture à 15 h.", "en-fr"),
    ("Doors open at 3 pm.", "Einlass um 15:00 Uhr.", "en-de"),
    ("Doors open at 3 p.m.", "Einlass um 15.00 Uhr.", "en-de"),
    ("Doors open at 3.30 p.m.", "Ouverture à 15h30.", "en-fr"),
    ("Ouverture à 15h00.", "Doors open at 3 p.m.", "fr-en"),
    ("Einlass um 15 Uhr.", "Las puertas abren a las 3 de la tarde.", "de-es"),
    ("Doors open at 12 a.m.", "Einlass um 0 Uhr.", "en-de"),
    ("Doors open at noon.", "Einlass um 12 Uhr.", "en-de"),
    # Ranges, fractions, ordinals.
    ("Allow 5-7 days.", "Comptez 5 à 7 jours.", "en-fr"),
    ("Allow 5–7 days.", "Rechnen Sie mit 5 bis 7 Tagen.", "en-de"),
    ("Allow five to seven days.", "Rechnen Sie mit 5-7 Tagen.", "en-de"),
    ("About 1/2 of it is left.", "Il en reste environ la moitié.", "en-fr"),
    ("About 3/4 of it is left.", "Etwa drei Viertel sind übrig.", "en-de"),
    ("About two thirds of it is left.", "Il en reste environ 2/3.", "en-fr"),
    ("It took 2½ hours.", "Es dauerte 2,5 Stunden.", "en-de"),
    ("It took 2½ hours.", "Cela a duré 2 1/2 heures.", "en-fr"),
    ("It took ¾ of a day.", "Es dauerte 0,75 Tage.", "en-de"),
    ("The 21st century began.", "Le XXIe siècle commença.", "en-fr"),
    ("The 2nd floor.", "Le 2e étage.", "en-fr"),
    ("The 2nd floor.", "Der zweite Stock.", "en-de"),
    ("The 4th try.", "Ein vierter Versuch.", "en-de"),
    ("King Louis XVI fell.", "König Ludwig der 16. stürzte.", "en-de"),
    # Number words.
    ("It has three hundred and fifty seats.", "Il compte 350 places.", "en-fr"),
    ("Es hat dreihundertfünfzig Plätze.", "It has 350 seats.", "de-en"),
    ("Il compte trois cent cinquante places.", "It has 350 seats.", "fr-en"),
    ("Tiene trescientas cincuenta plazas.", "It has 350 seats.", "es-en"),
    ("It has four thousand two hundred seats.", "Es hat 4.200 Plätze.", "en-de"),
    ("Il a quatre-vingt-douze ans.", "She is 92.", "fr-en"),
    ("Vierundzwanzig Reiter kamen.", "24 riders came.", "de-en"),
    ("他有三十五本书。", "He has 35 books.", "zh-en"),
    ("Three hundred and fifty came.", "Dreihundertfünfzig kamen.", "en-de"),
    ("Two thousand came in four days.", "Vinieron 2.000 en 4 días.", "en-es"),
    ("Five million came.", "5 000 000 sont venus.", "en-fr"),
    ("We met at three o'clock.", "Nous nous sommes vus à quinze heures.", "en-fr"),
    ("A twenty-one-year-old won.", "Un joven de veintiún años ganó.", "en-es"),
    # Words that are numbers in part, or in another sense, may go.
    ("He came second, in a third attempt.", "Il est venu après, à une autre tentative.", "en-fr"),
    ("A quarter was lost for a decade.", "Ein Stück fehlte lange.", "en-de"),
    ("Ce livre est neuf.", "This book is new.", "fr-en"),
    ("Außer Acht gelassen.", "It was not considered.", "de-en"),
    ("Dix pour cent du prix.", "10% of the price.", "fr-en"),
    ("Le taux en pour cent.", "The rate in per cent.", "fr-en"),
    ("Both of the two came.", "Sie kamen.", "en-de"),
    ("It was nineteen eighty-four.", "Es war neunzehnhundertvierundachtzig.", "en-de"),
    ("Three came.", "Trzej przyszli.", "en-pl"),
    # Measures.
    ("The pool is 50 feet long.", "Das Becken ist 15 Meter lang.", "en-de"),
    ("It was 86 °F.", "Il faisait 30 °C.", "en-fr"),
    # Measures.
    ("Take 5 kg of flour.", "Nehmen Sie 5 Kilogramm Mehl.", "en-de"),
    ("Take 5 grams of salt.", "Tome 5 gramos de sal.", "en-es"),
    ("A walk of 3 miles.", "Eine Strecke von 3 Meilen.", "en-de"),
    ("A walk of 10 miles.", "Une marche de 16 km.", "en-fr"),
    ("Add 250 ml of milk.", "Ajoutez 250 millilitres de lait.", "en-fr"),
    ("Le pont mesure 40 m.", "The bridge measures 40 metres.", "fr-en"),
    ("It cost 5 m euros.", "Cela a coûté 5 millions d'euros.", "en-fr"),
    ("A run of 5 km in 30 m.", "Ein Lauf von 5 km in 30 Minuten.", "en-de"),
    ("It was 86 degrees Fahrenheit.", "Es waren 30 Grad Celsius.", "en-de"),
    ("The limit is 50 mph.", "La limite est de 80 km/h.", "en-fr"),
    ("The farm has 200 acres.", "Der Hof hat 81 Hektar.", "en-de"),
    # Codes and telephone numbers.
    ("Call 020-7946 0018.", "Appelez le 020 7946 0018.", "en-fr"),
    ("Call +33 1 70 18 99 00.", "Rufen Sie +33 170 189 900 an.", "en-de"),
    ("Form ISO 9001 and A4 paper.", "Das Formular ISO 9001 und Papier A4.", "en-de"),
    ("Route B-17 is closed.", "La route B-17 est fermée.", "en-fr"),
    ("Version 2.10.3 is out.", "Version 2.10.3 ist da.", "en-de"),
]  # fmt: skip

# Source, output, languages: a figure that the reader would take wrongly.
OTHER = [
    ("The rent is 1,234.56 euros.", "Le loyer est de 1 234,65 euros.", "en-fr"),
    ("The rent is 1,234.56 euros.", "Die Miete beträgt 1.324,56 Euro.", "en-de"),
    ("The rent is 1,234.56 francs.", "Die Miete beträgt 1'243.56 Franken.", "en-de"),
    ("The rent is 1,234.56 euros.", "El alquiler es de 12.345,6 euros.", "en-es"),
    ("Die Stadt hat 84.512 Einwohner.", "The town has 8,452 inhabitants.", "de-en"),
    ("A rate of .5 was set.", "Un taux de 5 a été fixé.", "en-fr"),
    ("A rate of 0.5 was set.", "Ein Satz von 0,05 wurde festgelegt.", "en-de"),
    ("A profit of 3.2 million euros.", "Un bénéfice de 3,2 milliards d'euros.", "en-fr"),
    ("A profit of 3.2 million euros.", "Ein Gewinn von 3,2 Mrd. Euro.", "en-de"),
    ("A profit of 3.2 million euros.", "Un beneficio de 320.000 euros.", "en-es"),
    ("A profit of 3.2 million yen.", "32万円の利益。", "en-ja"),
    ("A budget of 4.1 billion yuan.", "预算为4.1亿元。", "en-zh"),
    ("Ein Umsatz von 7,1 Mrd. Euro.", "Sales of 7.1 million euros.", "de-en"),
    ("A debt of 2 billion dollars.", "Eine Schuld von 2 Billionen Dollar.", "en-de"),
    ("A prize of $5k.", "Un prix de 5 dollars.", "en-fr"),
    ("Half a million people came.", "50 000 personnes sont venues.", "en-fr"),
    ("Prices rose 15%.", "Les prix ont augmenté de 51 %.", "en-fr"),
    ("Prices rose 15%.", "Les prix ont augmenté de 15 euros.", "en-fr"),
    ("Prices rose by 15 euros.", "Die Preise stiegen um 15 Prozent.", "en-de"),
    ("Prices rose 15%.", "物价上涨了百分之五十。", "en-zh"),
    ("The rate rose by 25 basis points.", "Der Zins stieg um 2,5 Prozentpunkte.", "en-de"),
    ("The rate rose by 25 basis points.", "Le taux a gagné 25 %.", "en-fr"),
    ("Net income was (3.1) million.", "Le résultat net était de 3,1 millions.", "en-fr"),
    ("Net income was $(3.1) million.", "Das Nettoergebnis betrug 3,1 Mio. Dollar.", "en-de"),
    ("The result was (12)% this year.", "El resultado fue del 12 % este año.", "en-es"),
    ("It was −12 degrees.", "Es waren 12 Grad.", "en-de"),
    ("It was 12 degrees.", "Es waren -12 Grad.", "en-de"),
    ("Net income was 3.1 million.", "Le résultat net était de (3,1) millions.", "en-fr"),
    ("It costs $40.", "Cela coûte 40 €.", "en-fr"),
    ("It costs €40.", "Es kostet 40 Dollar.", "en-de"),
    ("It costs £40.", "Cuesta 40 euros.", "en-es"),
    ("It costs $40 million.", "它耗资4000万日元。", "en-zh"),
    ("It costs $40.", "Cela coûte 400 $.", "en-fr"),
    ("Q3 was strong.", "Le T4 a été solide.", "en-fr"),
    ("Q3 was strong.", "Das zweite Quartal war stark.", "en-de"),
    ("The third quarter was strong.", "Le 2e trimestre a été solide.", "en-fr"),
    ("FY24 was strong.", "Das Geschäftsjahr 2023 war stark.", "en-de"),
    ("The 2023-24 season.", "La saison 2023-2025.", "en-fr"),
    ("It opened on 3 March 2024.", "Es wurde am 04.03.2024 eröffnet.", "en-de"),
    ("It opened on 3 March 2024.", "Es wurde am 03.03.2025 eröffnet.", "en-de"),
    ("It opened on 3 March 2024.", "Il a ouvert le 3 mai 2024.", "en-fr"),
    ("It opened on 5 March 2024.", "Il a ouvert le 05/04/2024.", "en-fr"),
    ("It opened on March 5th, 2024.", "Il a ouvert le 15 mars 2024.", "en-fr"),
    ("It opened in March 2024.", "Es wurde im Mai 2024 eröffnet.", "en-de"),
    ("Abrió el 5 de marzo de 2024.", "It opened on 5 March 2042.", "es-en"),
    ("It opened on 5 March 2024.", "它于2024年5月5日开业。", "en-zh"),
    ("It opened on 5 March 2024.", "Он открылся 6 марта 2024 года.", "en-ru"),
    ("The bridge was closed on May 1.", "Die Brücke war am 1. Juni gesperrt.", "en-de"),
    ("Doors open at 3 p.m.", "Ouverture à 16 h.", "en-fr"),
    ("Doors open at 3.30 p.m.", "Ouverture à 15h20.", "en-fr"),
    ("Doors open at 9 a.m.", "Einlass um 21 Uhr.", "en-de"),
    ("Allow 5-7 days.", "Comptez 5 à 9 jours.", "en-fr"),
    ("About 3/4 of it is left.", "Etwa 3/5 sind übrig.", "en-de"),
    ("It took 2½ hours.", "Es dauerte 2,4 Stunden.", "en-de"),
    ("It took 2½ hours.", "Es dauerte 2 Stunden.", "en-de"),
    ("The 21st century began.", "Le XXe siècle commença.", "en-fr"),
    ("It has three hundred and fifty seats.", "Il compte 530 places.", "en-fr"),
    ("Es hat dreihundertfünfzig Plätze.", "It has 250 seats.", "de-en"),
    ("Vierundzwanzig Reiter kamen.", "42 riders came.", "de-en"),
    ("他有三十五本书。", "He has 53 books.", "zh-en"),
    ("Three hundred and fifty came.", "Dreihundert kamen.", "en-de"),
    ("Three hundred and fifty came.", "Viele kamen.", "en-de"),
    ("All of the seven halls are shut.", "Toutes les salles sont fermées.", "en-fr"),
    ("Alle sieben Hallen sind zu.", "All the halls are shut.", "de-en"),
    ("Las veintidós salas.", "Les salles.", "es-fr"),
    ("Le quaranta sale.", "As salas.", "it-pt"),
    ("De vijf zalen.", "The four halls.", "nl-en"),
    ("Five million came.", "Des millions sont venus.", "en-fr"),
    ("She bought 2 dozen eggs.", "Sie kaufte 20 Eier.", "en-de"),
    ("She bought two dozen eggs.", "Sie kaufte 22 Eier.", "en-de"),
    ("She bought 24 eggs.", "Elle a acheté trois douzaines d'œufs.", "en-fr"),
    ("She bought half a dozen eggs.", "Compró 60 huevos.", "en-es"),
    ("The pool is 50 feet long.", "Das Becken ist 51 Meter lang.", "en-de"),
    ("It was 86 °F.", "Il faisait 86 °C.", "en-fr"),
    ("Take 5 kg of flour.", "Nehmen Sie 5 g Mehl.", "en-de"),
    ("A walk of 10 miles.", "Une marche de 10 km.", "en-fr"),
    ("The bridge measures 40 m.", "El puente mide 40 km.", "en-es"),
    ("Add 250 ml of milk.", "Ajoutez 250 l de lait.", "en-fr"),
    ("It was 86 °F.", "Il faisait 33 °C.", "en-fr"),
    ("Call 020-7946 0018.", "Appelez le 020 7946 0081.", "en-fr"),
    ("Call +33 1 70 18 99 00.", "Rufen Sie +33 170 189 910 an.", "en-de"),
    ("Form ISO 9001 and A4 paper.", "Das Formular ISO 9010 und Papier A4.", "en-de"),
    ("Version 2.10.3 is out.", "Version 2.10.4 ist da.", "en-de"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "output", "pair"), SAME)
def test_the_same_number_written_otherwise(source: str, output: str, pair: str) -> None:
    assert checks.number_changed(source, output, *pair.split("-")) == []


@pytest.mark.parametrize(("source", "output", "pair"), OTHER)
def test_another_number(source: str, output: str, pair: str) -> None:
    found = checks.number_changed(source, output, *pair.split("-"))
    assert found and {finding.kind for finding in found} == {"number_changed"}


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("two thousand three hundred and eleven", "en", 2311), ("a hundred thousand", "en", 100000),
        ("quatre-vingt-dix-sept", "fr", 97), ("deux mille trois cents", "fr", 2300),
        ("zweitausenddreihundertelf", "de", 2311), ("der fünfzehnte", "de", 15),
        ("veintidós", "es", 22), ("mil novecientos ochenta", "es", 1980),
        ("ventuno", "it", 21), ("trentotto", "it", 38), ("trecentocinquanta", "it", 350),
        ("driehonderdvijftig", "nl", 350), ("quinhentos e vinte", "pt", 520),
    ],
)  # fmt: skip
def test_numbers_of_several_words_or_of_one(text: str, language: str, value: int) -> None:
    assert Decimal(value) in (spelled(text, language) or ())


@pytest.mark.parametrize(
    ("signs", "value"), [("三十五", 35), ("二千零五", 2005), ("一万二千", 12000)]
)
def test_chinese_signs(signs: str, value: int) -> None:
    assert Decimal(value) in eastern(f"共{signs}人")


def test_a_figure_is_not_borne_out_by_its_halves() -> None:
    source = "The plant has 9 halls and 3 gates, and stands since 1975."
    assert unsupported_numbers(source, "The plant cost 9.3 million.", "en")
    assert unsupported_numbers(source, "The plant has 9 halls.", "en") == []


@pytest.mark.parametrize("language", ["en", "fr", "de", "es", "it", "nl", "zh", "ja", None])
def test_no_run_of_digits_and_signs_breaks_the_comparison(language: str | None) -> None:
    rng = random.Random(7)
    signs = ["0", "1", "7", "12", "2024", ".", ",", "/", "-", "−", " ", "\u00a0", "'", "(", ")", "%",
             "$", "½", "⅓", "三", "百", "月", "h", "p.m.", " half ", " million ", " May ", ":", "²",
             "٣", "Ⅳ", "°F", "k", "+"]  # fmt: skip
    for _ in range(400):
        one, other = ("".join(rng.choices(signs, k=rng.randint(1, 12))) for _ in range(2))
        checks.number_changed(one, other, language, "en")
        assert checks.number_changed(one, one, language, language) == [], one


@pytest.mark.parametrize(
    ("source", "output", "language", "shown"),
    [
        ("She has counted for thirteen years.", "It took thirty years.", "en", ["thirty"]),
        ("She has counted for thirteen years.", "It took thirteen years.", "en", []),
        ("She has counted for 13 years.", "It took thirteen years.", "en", []),
        # Small ones may count what the source has one by one.
        ("Ann, Bo and Cy met.", "Three people met.", "en", []),
        ("They sold 5,000 boats.", "They sold 5 thousand boats.", "en", []),
        ("They sold 2,500 boats.", "They sold 2.5 thousand boats.", "en", []),
        ("Ingresos de 5.000 millones.", "Ingresos de 5 mil millones.", "es", []),
        ("Vendas de 5.000 barcos.", "Vendas de 5 mil barcos.", "pt", []),
        ("Le journal a 300.000 lecteurs.", "Le journal a 300 mille lecteurs.", "fr", []),
        ("Es kamen 5.000 Leute.", "Es kamen 5 tausend Leute.", "de", []),
        # A watch of twenty-four hours, a day of two halves, and what is no number at all.
        ("The gates open at 15:00.", "The gates open at three.", "en", []),
        ("They sold two dozen boats.", "They sold twenty-four boats.", "en", []),
        ("They sold some boats.", "They sold one or two.", "en", []),
        ("They sold 3,000 boats.", "They sold three thousand boats.", "en", []),
        ("They sold 3,000 boats.", "They sold four thousand boats.", "en", ["four thousand"]),
        ("Le port compte onze grues.", "Le port a treize grues.", "fr", ["treize"]),
        ("Der Hafen hat elf Kräne.", "Der Hafen hat dreizehn Kräne.", "de", ["dreizehn"]),
        # Words of other languages are not known.
        ("Hamnen har elva kranar.", "Hamnen har tretton kranar.", "sv", []),
    ],
)
def test_a_summary_has_no_number_in_words_that_its_source_lacks(
    source: str, output: str, language: str, shown: list[str]
) -> None:
    found = unsupported_numbers(source, output, language)
    assert [output[one.start : one.end] for one in found] == shown
