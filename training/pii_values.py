"""Made-up values for the training texts: names, addresses, organisations, dates, numbers.

Names, towns and companies come from Faker in many locales; addresses, organisations and dates
are put together here, because one country's single format teaches a head that format only.
Everything is drawn from one seeded source, so the same Faker gives the same values.
"""

from __future__ import annotations

import random
import string

from faker import Faker

# Latin-script locales whose names are distinct; the head reads any Latin script.
LOCALES = (
    "en_US en_GB en_IN en_IE en_AU en_CA en_NZ de_DE de_AT de_CH fr_FR fr_CA es_ES es_MX es_AR es_CO "
    "it_IT nl_NL nl_BE pt_BR pt_PT pl_PL sv_SE da_DK no_NO fi_FI cs_CZ hu_HU ro_RO hr_HR sl_SI "
    "sk_SK tr_TR vi_VN id_ID lt_LT lv_LV et_EE is_IS sq_AL az_AZ fil_PH yo_NG ig_NG ha_NG zu_ZA ga_IE "
    "en_KE en_PK bs_BA"
).split()
# Locales whose towns and streets Faker knows, rather than falling back to American ones.
PLACE_LOCALES = (
    "en_US en_GB en_IN en_AU en_CA en_NZ de_DE de_AT de_CH fr_FR fr_CA es_ES es_MX it_IT nl_NL nl_BE pt_BR "
    "pt_PT pl_PL sv_SE da_DK no_NO fi_FI cs_CZ hu_HU ro_RO hr_HR sl_SI sk_SK id_ID fil_PH zu_ZA"
).split()
ENGLISH = ("en_US", "en_US", "en_US", "en_GB", "en_GB", "en_CA", "en_AU", "en_IE", "en_IN")
BY_LANGUAGE = {
    "de": ("de_DE", "de_DE", "de_AT", "de_CH"),
    "fr": ("fr_FR", "fr_FR", "fr_CA"),
    "es": ("es_ES", "es_MX", "es_AR", "es_CO"),
    "it": ("it_IT",),
    "nl": ("nl_NL", "nl_BE"),
    "pt": ("pt_BR", "pt_PT"),
}

DEMONYMS = """American British English Scottish Welsh Irish French German Austrian Swiss Belgian Dutch
Spanish Portuguese Italian Greek Turkish Polish Czech Slovak Hungarian Romanian Bulgarian Serbian
Croatian Slovenian Bosnian Albanian Ukrainian Russian Belarusian Lithuanian Latvian Estonian Finnish
Swedish Norwegian Danish Icelandic Canadian Mexican Brazilian Argentinian Chilean Peruvian Colombian
Venezuelan Cuban Jamaican Haitian Bolivian Ecuadorian Uruguayan Moroccan Algerian Tunisian Egyptian
Libyan Sudanese Ethiopian Kenyan Nigerian Ghanaian Senegalese Somali Ugandan Tanzanian Rwandan
Zimbabwean South-African Israeli Palestinian Lebanese Syrian Jordanian Iraqi Iranian Saudi Yemeni
Kuwaiti Afghan Pakistani Indian Bangladeshi Nepali Tibetan Chinese Taiwanese Japanese Korean
Vietnamese Thai Cambodian Malaysian Indonesian Filipino Australian Maltese Cypriot Armenian Georgian
Kazakh Uzbek Mongolian""".split()
BELIEFS = """Catholic Protestant Lutheran Methodist Baptist Anglican Orthodox Jewish Muslim Sunni Shia
Hindu Buddhist Sikh Mormon Quaker Christian atheist Democrat Republican socialist conservative
liberal communist Marxist libertarian Green Kurdish Roma Hispanic Latino Basque Catalan""".split()
LAST_STREET = (
    "Street St St. Road Rd Rd. Avenue Ave Ave. Lane Ln Drive Dr Court Ct Boulevard Blvd Way Place Pl "
    "Terrace Close Crescent Square Parkway Pkwy Circle Cir Hill Gardens Grove Row Mews Walk Trail "
    "Highway Alley Loop Run"
).split()
STREET_WORDS = (
    "Oak Maple Cedar Elm Pine Willow Birch Chestnut Lake River Hill Park Church Mill Station King "
    "Queen Victoria Market Bridge Spring Meadow Sunset Forest High Main Washington Jefferson "
    "Lincoln Madison Franklin Canal Harbour Orchard Abbey Castle School Chapel North South West "
    "East Green Rose Garden Valley Ridge Summit Prospect Highland Union Liberty Commerce Industrial "
    "Quarry Windmill Beech Hawthorn Poplar Sycamore Walnut Juniper Laurel Magnolia"
).split()
FOREIGN_STREETS = (
    "Rue de {w}|Rue {n}|Avenue {n}|Boulevard {n}|Place {n}|Impasse {n}|Chemin des {w}s|{n}straße|"
    "{n}strasse|{n}weg|{n}gasse|{n}allee|Am {w}platz|{n}platz|Via {n}|Viale {n}|Piazza {n}|Corso {n}|"
    "Calle {n}|Calle de {n}|Avenida {n}|Avenida de {n}|Plaza {n}|Paseo {n}|C/ {n}|Carrera de {n}|"
    "Rua {n}|Rua da {w}|Travessa {n}|{n}straat|{n}laan|{n}gracht|{n}plein|{n}gatan|{n}vägen|"
    "{n}gade|{n}vej|{n}gata|{n}veien|{n}katu|{n}tie|{n}kuja|ul. {n}|ulica {n}|{n} utca|{n} út|"
    "Strada {n}|{n} Sokak|{n} Caddesi|Jalan {n}|Jl. {n}|{n} Marg|{n} Nagar|ulice {n}|{n}ova|{n}götu"
).split("|")
ORG_SUFFIX = (
    "Inc Inc. Ltd Ltd. LLC PLC plc Corp. Corporation Co. Company GmbH AG KG SE S.A. SA SAS SARL "
    "S.p.A. S.r.l. BV B.V. NV AB A/S AS Oy Group Holdings Partners & Co & Sons & Associates"
).split(" ")
ORG_KIND = (
    "Logistics Consulting Systems Software Solutions Technologies Analytics Capital Insurance Bank "
    "Foods Motors Energy Airlines Pharma Labs Media Studios Design Builders Construction "
    "Engineering Textiles Furniture Bakery Dental Clinic Hospital Academy College School Institute "
    "Foundation Trust Association Society Union Council Networks Robotics Biotech Marine Shipping "
    "Foundry Press Books Records Hotels Travel Events Security Services Electric Plumbing Farms "
    "Brewery Vineyards Outfitters Fitness Therapeutics Chemicals Mining Steel Ventures"
).split()
INSTITUTIONS = (
    "University of {c}|{c} University|{c} City Council|{c} General Hospital|St. {f}'s Hospital|"
    "{l} Memorial Hospital|{l} College|{l} High School|{c} Chamber of Commerce|Bank of {c}|"
    "{c} Museum of Modern Art|{l} Foundation|The {l} Foundation|Ministry of Health|Ministry of Finance|"
    "Department of Transport|{c} Police Department|{c} United|FC {c}|Radio {c}|{c} Times|{c} Herald|"
    "The {c} Gazette|{c} Airport Authority|{l} & {m} LLP|{l}, {m} & {o}|{l} and {m}|{l} Brothers|"
    "{l} and Sons|{l}'s Bakery|{l}'s Garage|Hotel {c}|{l} Stiftung|Institut {l}|Universität {c}|"
    "Université de {c}|Universidad de {c}|Sparkasse {c}|Banco de {c}|Café {l}|Stadtwerke {c}|"
    "{l} Elementary School|{c} Public Library|{d} Airlines|{d} Red Cross|{d} Federation of Labour"
).split("|")
COUNTRY_EXTRA = (
    "USA|US|U.S.|UK|U.K.|United States|United Kingdom|England|Scotland|Wales|Ireland|Germany|France|Spain|"
    "Italy|Canada|Mexico|Brazil|India|China|Japan|Australia|New Zealand|Netherlands|The Netherlands|"
    "Belgium|Switzerland|Austria|Sweden|Norway|Denmark|Finland|Poland|Portugal|Greece|Turkey|Russia|"
    "Ukraine|Argentina|Chile|South Africa|Nigeria|Kenya|Egypt|Morocco|Israel|Pakistan|Indonesia|"
    "Vietnam|Philippines|South Korea|Hungary|Romania|Czech Republic|Slovenia|Slovakia|Iceland|"
    "Estonia|Cyprus|Uruguay|Greenland|Tunisia|Europe|Asia|Africa|South America|EU|UAE|Hong Kong|"
    "Taiwan|Singapore|Qatar"
).split("|")
BIG_CITIES = (
    "London|Paris|Berlin|Madrid|Rome|New York|Los Angeles|Chicago|Boston|Seattle|San Francisco|"
    "Toronto|Vancouver|Montreal|Sydney|Melbourne|Auckland|Tokyo|Osaka|Beijing|Shanghai|Delhi|Mumbai|"
    "Bangalore|Karachi|Cairo|Lagos|Nairobi|Johannesburg|Cape Town|Casablanca|Istanbul|Ankara|Athens|"
    "Lisbon|Porto|Barcelona|Valencia|Seville|Milan|Naples|Turin|Florence|Venice|Munich|Hamburg|"
    "Cologne|Frankfurt|Stuttgart|Dresden|Leipzig|Vienna|Graz|Zurich|Geneva|Basel|Brussels|Antwerp|"
    "Ghent|Amsterdam|Rotterdam|Utrecht|Copenhagen|Oslo|Bergen|Stockholm|Gothenburg|Malmö|Helsinki|"
    "Tampere|Warsaw|Kraków|Gdańsk|Prague|Brno|Budapest|Bucharest|Sofia|Belgrade|Zagreb|Ljubljana|"
    "Dublin|Cork|Galway|Edinburgh|Glasgow|Cardiff|Belfast|Manchester|Birmingham|Leeds|Bristol|"
    "Oxford|Cambridge|York|Lyon|Marseille|Toulouse|Bordeaux|Lille|Nice|Nantes|Houston|Dallas|"
    "Austin|Denver|Phoenix|Atlanta|Miami|Philadelphia|Detroit|Washington|Baltimore|Portland|"
    "Mexico City|Bogotá|Lima|Santiago|Buenos Aires|São Paulo|Rio de Janeiro|Brasília|Caracas|Quito|"
    "Havana|Singapore|Bangkok|Jakarta|Manila|Seoul|Hanoi|Taipei|Dubai|Doha|Riyadh|Tel Aviv|"
    "Jerusalem|Beirut|Tehran|Kyiv|Moscow|Riga|Vilnius|Tallinn|Reykjavik|California|Texas|Florida|"
    "Ohio|Georgia|Virginia|Colorado|Oregon|Bavaria|Tuscany|Provence|Andalusia|Catalonia|Brittany|"
    "Ontario|Quebec|Alberta|Queensland|Victoria|Kerala|Punjab"
).split("|")
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
}
RECORDS = (
    "#######|########|##-#####|##-##-##|?######|??-######|??? ### ###|### ### ####|#########|?##-####|"
    "%-######|%/####|P-#######|MR#####|#### ### ###|?#########|## ### ###|########-#|##.###|%#####"
).split("|")
CASES = {
    "en": (
        "#:##-cv-#####|#:##-cr-#####-???|##-####|##-CV-####|CV-##-####|% WL #######|HC-%-######|CO/####/%|"
        "[%] EWHC ### (Ch)|CF-%-####|No. ##-####|C-###/##|T-##/##|%-??-######|### F.3d ###|##-cv-####"
    ).split("|"),
    "de": (
        "# O ###/##|## C ##/##|VIII ZR ##/##|# AZR ###/##|## U ###/##|# BvR ####/##|### Js ####/##|# StR ##/##|"
        "## F ##/##|S ## KR ###/##|# Ca ####/##|XII ZB ##/##|## K ####/##|C-###/##|###-######-##/#|L # AS ##/##"
    ).split("|"),
    "fr": (
        "##/#####|##-##.###|%/######|##/###|% F ##-##.###|##PA#####|######|C-###/##|##-##.### F|%-####"
    ).split("|"),
    "es": ("###/%|####/%|##/%|###/##|%/####|C-###/##|#/%-#|### /%").split("|"),
}
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
SYLLABLES = (
    "ka lo mi ra ter vex no sol pri zen tal qui do fin lar mon pex ru sa tri vo wen xa yo zu bri cor "
    "den el fa gra hex in jor lum nex om par quo ris syn tor ul vi ax ber cle dra ent"
).split()
# What names of towns go on with.
TOWN_ENDS = {
    "de": (" am Main", " an der Oder", " am See", " im Taunus", " a. d. Donau", " ob der Tauber"),
    "fr": ("-sur-Mer", "-sur-Loire", "-en-Bresse", "-les-Bains", " sous Bois", "-le-Vieux"),
    "es": (" de la Sierra", " del Río", " de los Infantes", " la Real", " del Mar", " de Arriba"),
}
# Between a given name and a surname.
PARTICLES = {"de": ("von", "von der", "zu", "van", "de")}
# Romanised names of languages for which Faker has only the native script.
MORE_FIRST = (
    "Wei Fang Xiu Jing Li Hao Ming Yan Jun Mei Akira Haruto Yuki Sakura Kenji Naoko Hiroshi Emi Takumi "
    "Min-jun Seo-yeon Ji-hoon Ha-eun Soo-jin Dmitri Olga Svetlana Sergei Anastasia Vladimir Oksana "
    "Andriy Bohdan Yulia Georgi Ivanka Stoyan Eleni Giorgos Dimitra Kostas Ahmed Mohammed Fatima "
    "Aisha Omar Layla Youssef Khalid Noor Hassan Zainab Tariq Samira Reza Shirin Darius Parisa Avi "
    "Noa Yael Eitan Shira Moshe Rivka Arjun Priya Deepak Ananya Sanjay Kavita Lakshmi Ravi Tesfaye "
    "Abebe Kwame Ama Kofi Nia Chidi Somchai Malee Nguyen Anh Linh"
).split()
MORE_LAST = (
    "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Tanaka Suzuki Watanabe Yamamoto Kobayashi Kim Park "
    "Choi Jung Kang Ivanov Petrova Sokolov Kuznetsova Volkov Shevchenko Kovalenko Bondarenko Dimitrov "
    "Georgieva Papadopoulos Nikolaidis Georgiou Al-Sayed El-Masri Haddad Khoury Hussein Abdullah "
    "bin Rashid Rahman Hosseini Tehrani Karimi Cohen Levi Mizrahi Friedman Katz Sharma Patel Gupta "
    "Iyer Reddy Nair Singh Kaur Banerjee Tekle Bekele Mensah Owusu Okafor Adeyemi Nkosi Dlamini "
    "Wongsakul Nguyen Tran Pham Le"
).split()


class Values:
    """A seeded source of values.

    Parameters
    ----------
    seed
        The same seed with the same Faker gives the same values in the same order.
    """

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self._fakers: dict[str, Faker] = {}
        self._seed = seed

    def fake(self, locale: str) -> Faker:
        """Return the one Faker of that locale, seeded."""
        if locale not in self._fakers:
            fake = Faker(locale)
            fake.seed_instance(f"{self._seed}-{locale}")
            if locale == "it_IT":
                # Faker makes this list of a set: its order is that of the process's hash seed.
                for provider in fake.providers:
                    if hasattr(provider, "cities"):
                        provider.cities = sorted(provider.cities)
            self._fakers[locale] = fake
        return self._fakers[locale]

    def locale(self, language: str = "en", *, places: bool = False) -> str:
        """Draw a locale: often one of the language, often any at all."""
        own = BY_LANGUAGE.get(language, ENGLISH)
        if self.rng.random() < (0.4 if language == "en" else 0.6):
            return self.rng.choice(own)
        return self.rng.choice(PLACE_LOCALES if places else LOCALES)

    def _from(self, locale: str, method: str) -> str:
        # Some locales lack a provider; the American one stands in.
        fake = self.fake(locale)
        return str(getattr(fake if hasattr(fake, method) else self.fake("en_US"), method)())

    # Names

    def first(self, locale: str) -> str:
        """Return a given name."""
        if self.rng.random() < 0.1:
            return self.rng.choice(MORE_FIRST)
        return str(self.fake(locale).first_name())

    def last(self, locale: str) -> str:
        """Return a surname."""
        if self.rng.random() < 0.1:
            return self.rng.choice(MORE_LAST)
        return str(self.fake(locale).last_name())

    def person(self, language: str = "en") -> str:
        """Return a name as people write it: full, short, inverted, with initials or hyphens."""
        where = self.locale(language)
        roll = self.rng.random()
        first, last = self.first(where), self.last(where)
        if roll < 0.50:
            return f"{first} {last}"
        if roll < 0.68:
            return first
        if roll < 0.79:
            return last
        if roll < 0.84:
            return f"{first} {self.rng.choice(string.ascii_uppercase)}. {last}"
        if roll < 0.87:
            return f"{first[0]}. {last}"
        if roll < 0.90:
            return f"{first} {self.first(where)} {last}"
        if roll < 0.93:
            return f"{first} {last}-{self.last(where)}"
        if roll < 0.96:
            return f"{last}, {first}"
        if roll < 0.98 or (language == "de" and roll < 0.99):
            return f"{first} {self.rng.choice(PARTICLES.get(language) or ('de', 'van', 'von', 'di', 'van der', 'de la', 'al', 'O’'))} {last}"
        return f"{first} {last} {self.rng.choice(('Jr.', 'Sr.', 'II', 'III', 'PhD'))}"

    def full_name(self, language: str = "en") -> str:
        """Return a given name and a surname."""
        where = self.locale(language)
        return f"{self.first(where)} {self.last(where)}"

    def first_name(self, language: str = "en") -> str:
        """Return a given name of some locale."""
        return self.first(self.locale(language))

    def last_name(self, language: str = "en") -> str:
        """Return a surname of some locale."""
        return self.last(self.locale(language))

    # Places

    def city(self, language: str = "en") -> str:
        """Return a town, real or made up."""
        roll = self.rng.random()
        if roll < 0.3:
            return self.rng.choice(BIG_CITIES)
        if roll < 0.55:
            place = self.fake("en_US").location_on_land()[2]
            # Some of Faker's names are double-encoded; those would teach nothing.
            return (
                place
                if all(c.isalpha() or c in " -'." for c in place) and "‚" not in place
                else "Gent"
            )
        town = self._from(self.locale(language, places=True), "city")
        if language in TOWN_ENDS and self.rng.random() < 0.12:
            return f"{town}{self.rng.choice(TOWN_ENDS[language])}"
        return town

    def country(self, language: str = "en") -> str:
        """Return a country."""
        if language == "en" or self.rng.random() < 0.3:
            if self.rng.random() < 0.6:
                return self.rng.choice(COUNTRY_EXTRA)
            return str(self.fake("en_US").country())
        return str(self.fake(self.rng.choice(BY_LANGUAGE[language])).country())

    def location(self, language: str = "en") -> str:
        """Return a town, a country or both."""
        roll = self.rng.random()
        if roll < 0.6:
            return self.city(language)
        if roll < 0.85:
            return self.country(language)
        if roll < 0.93:
            return f"{self.city(language)}, {self.country(language)}"
        return f"{self.city('en')}, {self.fake('en_US').state_abbr()}"

    def postcode(self, language: str = "en") -> str:
        """Return a postcode."""
        return self._from(self.locale(language, places=True), "postcode")

    def street(self, language: str = "en") -> str:
        """Return the name of a street."""
        rng = self.rng
        roll = rng.random()
        if language == "en" and roll < 0.4:
            name = rng.choice(STREET_WORDS) if rng.random() < 0.6 else self.last(self.locale())
            if rng.random() < 0.15:
                name = (
                    f"{rng.choice(('N', 'S', 'E', 'W', 'North', 'Old', 'Upper', 'Great'))} {name}"
                )
            if rng.random() < 0.08:
                name = rng.choice(
                    ("1st", "2nd", "3rd", "5th", "12th", "22nd", "47th", "Fifth", "Ninth")
                )
            return f"{name} {rng.choice(LAST_STREET)}"
        if roll < 0.65:
            form = rng.choice(FOREIGN_STREETS)
            word = rng.choice(STREET_WORDS)
            name = rng.choice((self.last_name(language), self.first_name(language), word))
            return form.format(n=name, w=word)
        return self._from(self.locale(language, places=True), "street_name")

    def number(self) -> str:
        """Return a house number."""
        rng = self.rng
        top = rng.choice((9, 99, 99, 999, 999, 9999, 99999))
        number = str(rng.randint(1, top))
        if rng.random() < 0.08:
            number += rng.choice(("a", "b", "B", "C", " bis", "/2", "-3"))
        return number

    def address(self, language: str = "en") -> str:
        """Return an address in one of many layouts: one line or several, flat, town, country."""
        rng = self.rng
        street, number = self.street(language), self.number()
        number_first = rng.random() < (0.7 if language in ("en", "fr") else 0.3)
        line = f"{number} {street}" if number_first else f"{street} {number}"
        if rng.random() < 0.07:
            line = f"{number} {street} {rng.randint(1, 99)}"
        if number_first and language == "fr" and rng.random() < 0.4:
            line = f"{number}, {street}"
        unit = ""
        if rng.random() < 0.3:
            unit = rng.choice(
                (
                    "Apt. {}",
                    "Apt {}",
                    "Suite {}",
                    "Unit {}",
                    "#{}",
                    "Flat {}",
                    "Floor {}",
                    "Ste. {}",
                    "Apartment {}",
                    "Room {}",
                    "PO Box {}",
                    "P.O. Box {}",
                    "Building {}",
                    "étage {}",
                    "piso {}",
                )
            ).format(rng.choice((rng.randint(1, 40), rng.randint(100, 999), rng.choice("ABCD"))))
            if rng.random() < 0.15:
                line, unit = f"{unit}, {line}", ""
        if rng.random() < 0.05:
            line = rng.choice(("PO Box {}", "P.O. Box {}", "Postfach {}", "BP {}")).format(
                rng.randint(10, 9999)
            )
        roll = rng.random()
        if roll < 0.18:
            return f"{line} {unit}".strip() if rng.random() < 0.6 else line
        gap = rng.choice((" ", ", ", "\n", ", ", " - "))
        parts = [line, unit] if unit else [line]
        first = rng.choice((" ", ", ", "\n")).join(parts)
        town, code = self.city(language), self.postcode(language)
        region = rng.choice(
            (
                self.fake("en_US").state_abbr(),
                self.fake("en_US").state(),
                rng.choice(COUNTRY_EXTRA[:30]),
            )
        )
        tail = rng.choice(
            (
                town,
                f"{code} {town}",
                f"{town} {code}",
                f"{town}, {region} {code}",
                f"{town}, {region}",
                f"{town}\n, {region}",
                f"{town}{gap}{region}{gap}{code}",
                f"{town} {region} {code}",
                f"{code}, {town}",
                f"{code}{gap}{town}",
                f"{town}{gap}{code}",
            )
        )
        whole = f"{first}{gap}{tail}"
        if rng.random() < 0.35:
            whole += rng.choice((" ", ", ", "\n", "\n ")) + self.country(language)
            if rng.random() < 0.15:
                whole += f" {self.postcode(language)}"
        return whole

    # Organisations

    def invented(self) -> str:
        """Return a trade name of syllables, such as no list holds."""
        word = "".join(self.rng.choice(SYLLABLES) for _ in range(self.rng.choice((2, 2, 3))))
        roll = self.rng.random()
        if roll < 0.1:
            return word.upper()
        if roll < 0.2:
            return word.capitalize() + self.rng.choice(
                ("Soft", "Tech", "Bank", "Med", "Net", "Works")
            )
        return word.capitalize()

    def organization(self, language: str = "en") -> str:
        """Return a company, a school, an office or another body."""
        rng = self.rng
        roll = rng.random()
        if roll < 0.28:
            return self._from(self.locale(language), "company")
        if roll < 0.45:
            return self.invented() + (f" {rng.choice(ORG_SUFFIX)}" if rng.random() < 0.5 else "")
        if roll < 0.6:
            head = rng.choice(
                (self.last_name(language), self.invented(), rng.choice(STREET_WORDS), self.city())
            )
            tail = f" {rng.choice(ORG_SUFFIX)}" if rng.random() < 0.35 else ""
            return f"{head} {rng.choice(ORG_KIND)}{tail}"
        if roll < 0.68:
            letters = "".join(
                rng.choice(string.ascii_uppercase) for _ in range(rng.choice((2, 3, 3, 4)))
            )
            return letters + (f" {rng.choice(ORG_KIND)}" if rng.random() < 0.5 else "")
        if roll < 0.74:
            return f"{rng.choice(STREET_WORDS)}{rng.choice(('', ' '))}{rng.choice(STREET_WORDS).lower()} {rng.choice(ORG_KIND)}"
        return rng.choice(INSTITUTIONS).format(
            c=self.city(language),
            l=self.last_name(language),
            m=self.last_name(language),
            o=self.last_name(language),
            f=self.first_name(language),
            d=rng.choice(DEMONYMS),
        )

    # Dates, ages and the rest

    def date(self, language: str = "en") -> str:
        """Return a calendar date: with a day, or a month and a year, or a time beside it."""
        rng = self.rng
        year, month, day = rng.randint(1930, 2030), rng.randint(1, 12), rng.randint(1, 28)
        name = MONTHS[language].split()[month - 1]
        roll = rng.random()
        if roll < 0.4:
            form = rng.choice(
                (
                    "{y}-{m:02}-{d:02}",
                    "{d:02}/{m:02}/{y}",
                    "{m:02}/{d:02}/{y}",
                    "{d}.{m}.{y}",
                    "{d:02}.{m:02}.{y}",
                    "{d}-{m}-{y}",
                    "{m}/{d}/{s:02}",
                    "{y}/{m:02}/{d:02}",
                    "{y}-{m:02}-{d:02} {h:02}:{i:02}",
                    "{y}-{m:02}-{d:02}T{h:02}:{i:02}:00",
                    "{d:02}/{m:02}/{y} {h}:{i:02}",
                )
            )
        elif language == "de":
            form = rng.choice(
                ("{d}. {n} {y}", "{d}. {n}", "{n} {y}", "{d}. {n} {y}, {h}:{i:02} Uhr")
            )
        elif language in ("fr", "it", "nl"):
            form = rng.choice(("{d} {n} {y}", "{d} {n}", "{n} {y}"))
        elif language in ("es", "pt"):
            form = rng.choice(("{d} de {n} de {y}", "{d} de {n}", "{n} de {y}"))
        else:
            w = rng.choice(WEEKDAYS)
            form = rng.choice(
                (
                    "{n} {d}, {y}",
                    "{n} {d}",
                    "{d} {n} {y}",
                    "{d} {n}",
                    "{n} {y}",
                    "{d}th of {n}",
                    "{a} {d}, {y}",
                    "{d} {a} {y}",
                    "{d}-{a}-{y}",
                    "{n} {d}th, {y}",
                    "the {d}th of {n} {y}",
                    w + ", {n} {d}, {y}",
                    w + " {d} {n}",
                    "{a} {d}",
                    "{n} {d} at {h}:{i:02}",
                    "{n}, {y}",
                )
            )
        return form.format(
            y=year,
            m=month,
            d=day,
            n=name,
            a=name[:3],
            s=year % 100,
            h=rng.randint(0, 23),
            i=rng.randint(0, 59),
        )

    def age(self) -> str:
        """Return an age in years."""
        return str(self.rng.randint(1, 99))

    def nrp(self) -> str:
        """Return a nationality, religion or political group."""
        return self.rng.choice(DEMONYMS if self.rng.random() < 0.75 else BELIEFS).replace("-", " ")

    def title(self, language: str = "en") -> str:
        """Return a form of address."""
        return self.rng.choice(
            {
                "en": (
                    "Mr.",
                    "Mrs.",
                    "Ms.",
                    "Mr",
                    "Mrs",
                    "Ms",
                    "Miss",
                    "Dr.",
                    "Dr",
                    "Prof.",
                    "Professor",
                    "Sir",
                    "Doctor",
                    "Rev.",
                    "Madam",
                ),
                "de": ("Herr", "Frau", "Herrn", "Dr.", "Prof. Dr.", "Frau Dr."),
                "fr": ("M.", "Mme", "Madame", "Monsieur", "Mlle", "Dr", "Maître"),
                "es": ("Sr.", "Sra.", "Don", "Doña", "Señor", "Señora", "Dr.", "Dra.", "D."),
                "it": ("Sig.", "Sig.ra", "Signor", "Signora", "Dott.", "Dott.ssa", "Avv."),
                "nl": ("dhr.", "mevr.", "De heer", "Mevrouw", "Dr."),
                "pt": ("Sr.", "Sra.", "Senhor", "Dona", "Dr.", "Dra."),
            }[language]
        )

    # What the pattern recognizers find; here it only stands between other words.

    def phone(self, language: str = "en") -> str:
        """Return a telephone number."""
        return self._from(self.locale(language, places=True), "phone_number")

    def email(self) -> str:
        """Return an e-mail address."""
        return str(self.fake(self.rng.choice(("en_US", "de_DE", "fr_FR"))).email())

    def iban(self) -> str:
        """Return an IBAN."""
        return str(self.fake(self.rng.choice(("de_DE", "fr_FR", "es_ES", "it_IT", "en_GB"))).iban())

    def card(self) -> str:
        """Return a card number."""
        return str(self.fake("en_US").credit_card_number())

    def url(self) -> str:
        """Return a URL."""
        return str(self.fake("en_US").url())

    def ssn(self) -> str:
        """Return a US social security number."""
        return str(self.fake("en_US").ssn())

    def ip(self) -> str:
        """Return an IPv4 address."""
        return str(self.fake("en_US").ipv4())

    def code(self) -> str:
        """Return an order number, a part number or another code that names nobody."""
        form = self.rng.choice(
            (
                "##-####",
                "???-####",
                "#######",
                "?#??#",
                "??-###-??",
                "INV-#####",
                "PO####",
                "#####/##",
                "v#.#.#",
                "?-##",
                "RFC ####",
                "ISO ####",
                "TK-######",
                "SKU ######",
                "????####",
            )
        )
        return self._spelt(form)

    def record(self) -> str:
        """Return a number of a patient's record, an insured person or a licence."""
        return self._spelt(self.rng.choice(RECORDS))

    def case(self, language: str = "en") -> str:
        """Return the number of a case, as courts of the language write it."""
        return self._spelt(self.rng.choice(CASES.get(language, CASES["en"])))

    def _spelt(self, form: str) -> str:
        """Put a digit for each #, a capital for each ?, and a year for each %."""
        rng = self.rng
        return "".join(
            rng.choice(string.digits)
            if c == "#"
            else rng.choice(string.ascii_uppercase)
            if c == "?"
            else str(rng.randint(1995, 2026))
            if c == "%"
            else c
            for c in form
        )
