"""What the patterns of redaction know of languages and countries: words, lengths, regions.

Expressions are compiled by Presidio with IGNORECASE | DOTALL | MULTILINE unless said otherwise.
"""

from __future__ import annotations

# Words that make a weak pattern a strong one, by language, beyond Presidio's English ones.
CONTEXT: dict[str, dict[str, str]] = {
    "phone": {
        "en": "phone telephone tel cell cellphone mobile call fax whatsapp sms text",
        "de": "telefon tel telefonnummer handy handynummer mobil fax rufnummer anrufen",
        "fr": "téléphone tél tel portable mobile fax appeler appelez joindre",
        "es": "teléfono tel tfno móvil celular fax llamar llame llámeme",
        "it": "telefono tel cellulare fax chiamare chiami",
        "nl": "telefoon tel telefoonnummer mobiel fax bellen",
        "pt": "telefone tel celular telemóvel fax ligar ligue",
    },
    "card": {
        "en": "card credit debit visa mastercard amex maestro cc discover diners jcb",
        "de": "karte kreditkarte kartennummer visa mastercard girocard",
        "fr": "carte bancaire visa mastercard",
        "es": "tarjeta crédito débito visa mastercard",
        "it": "carta credito visa mastercard",
        "nl": "kaart creditcard pas visa mastercard",
        "pt": "cartão crédito visa mastercard",
    },
}


def context(kind: str, language: str) -> list[str]:
    """Return the words that strengthen a pattern of `kind`; English ones for other languages."""
    return CONTEXT[kind].get(language, CONTEXT[kind]["en"]).split()


# Whose numbering plans a local telephone number is read by.
REGIONS = {
    "en": ("US", "GB", "IN"),
    "de": ("DE", "AT", "CH"),
    "fr": ("FR", "BE", "CH"),
    "es": ("ES", "MX", "AR"),
    "it": ("IT", "CH"),
    "nl": ("NL", "BE"),
    "pt": ("PT", "BR"),
}

# Lengths of the IBANs of the registry: a number of the right length and country is taken out
# even where a digit was mistyped and the checksum fails.
_IBANS = (
    "AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 DE:22 DK:18 "
    "DO:28 EE:20 EG:29 ES:24 FI:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HR:21 HU:28 IE:22 IL:23 "
    "IQ:23 IS:26 IT:27 JO:30 KW:30 KZ:20 LB:28 LC:32 LI:21 LT:20 LU:20 LV:21 MC:27 MD:24 ME:22 MK:19 MR:27 "
    "MT:31 MU:30 NL:18 NO:15 PK:24 PL:28 PS:29 PT:25 QA:29 RO:24 RS:22 SA:24 SC:31 SE:24 SI:19 SK:24 SM:27 "
    "ST:25 SV:28 TL:23 TN:24 TR:26 UA:29 VA:22 VG:24 XK:20"
)
IBAN_LENGTHS = dict(pair.split(":") for pair in _IBANS.split())

# Top-level domains that a bare host name is taken by. Many others are also ordinary words or
# file endings ("item.name", "setup.py", "readme.md").
TLD = (
    "com|org|net|edu|gov|mil|int|info|biz|eu|uk|us|ca|au|nz|de|at|ch|fr|be|nl|lu|es|pt|se|no|dk|fi|pl|cz|sk|hu|"
    "ro|bg|hr|si|gr|tr|ru|ua|br|mx|ar|cl|co|pe|in|cn|jp|kr|tw|za|ng|ke|il|io|ai|app|dev|online|shop|site|xyz|"
    "store|blog|cloud|tech"
)


# May and mar are words: a month counts only beside a day.
MONTHS = {
    "en": "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sept sep oct nov dec",
    "de": "januar jänner februar märz april mai juni juli august september oktober november dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
    "dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
}


NAME = r"[A-ZÀ-ÖØ-ÞŁŚŠŽČĆ][\w'’.-]*"
# What goes on behind a street: the postcode and the town.
_TOWN = rf"(?:,?[ ]\d{{4,5}}[ ]{NAME}(?<!\.))?"
STREET = {
    "de": r"\b[A-ZÄÖÜ][\wäöüß-]*(?:straße|strasse|str\.|weg|allee|platz|gasse|ring|ufer|damm)\s\d{1,4}\s?[a-z]?\b"
    + _TOWN,
    "fr": rf"\b(?:\d{{1,4}}(?:\s?bis|\s?ter)?,?\s)(?:rue|avenue|boulevard|chemin|place|allée|impasse|quai)\s(?:(?:de\sla|de|du|des|la|le)\s|de\sl'|d'|l')?{NAME}(?:[\s-]{NAME}){{0,2}}(?<!\.){_TOWN}",
    "es": rf"\b(?:[Cc]alle|C/|[Aa]venida|Avda\.|[Pp]laza|[Pp]aseo|[Cc]amino)\s(?:(?:de\sla|de\slos|de\slas|del|de)\s)?{NAME}(?:\s{NAME}){{0,3}},?\s\d{{1,4}}\b{_TOWN}",
    "it": rf"\b(?:[Vv]ia|[Vv]iale|[Pp]iazza|[Cc]orso|[Ll]argo)\s(?:(?:dei|delle|della|del|di)\s)?{NAME}(?:\s{NAME}){{0,2}},?\s\d{{1,4}}\b{_TOWN}",
    "nl": r"\b[A-Z]\w*(?:straat|laan|weg|plein|gracht|kade|dijk)\s\d{1,4}\s?[a-z]?\b",
    "pt": rf"\b(?:[Rr]ua|[Aa]venida|Av\.|[Tt]ravessa|[Pp]raça)\s(?:(?:da|das|do|dos|de)\s)?{NAME}(?:\s{NAME}){{0,3}},?\s\d{{1,4}}\b",
}
# A company: names in capitals before a legal form that is written in no other sense. AG, SE and SA
# are, and are left to the head.
_NO_NAME = (
    "Die|Der|Das|Den|Eine?|Einer|Diese|Unsere|Ihre|The|An?|This|That|Our|Your|Any|Each|Every|La|El|Le|Les|Une?|"
    "Cette|Notre|Votre|Una|Esta|Nuestra|Su|Il|Lo|De|Het|Een|Uma|Als|Bei|Pour|Para|For|As"
)
COMPANY = (
    rf"\b(?!(?:{_NO_NAME})\b){NAME}(?:,?[ ](?:(?:&|y|und|et|e|de|del|des|du|and|of)[ ])?{NAME}){{0,3}},?[ ]"
    r"(?:GmbH(?:[ ]&[ ]Co\.?[ ]KG)?|mbH|UG|e\.[ ]?V\.|SARL|SASU?|S\.A\.S\.|S\.A\.|S\.L\.U?\.?|S\.p\.A\.|"
    r"S\.r\.l\.|B\.V\.|N\.V\.|Ltd\.?|L\.?L\.?C\.?|LLP|Inc\.?|plc|PLC)(?!\w)"
)
ADDRESSED = {
    "en": r"Mr\.?|Mrs\.?|Ms\.?|Miss",
    "de": r"Herrn?|Frau",
    "fr": r"Madame|Monsieur|Mademoiselle|Mme|Mlle",
    "es": r"[Ss]eñora?|[Ss]eñorita|Sr\.|Sra\.|Don|Doña",
    "it": r"[Ss]ignora?|Sig\.|Sig\.ra|Dott\.|Dott\.ssa",
    "nl": r"[Mm]evrouw|[Mm]eneer|[Dd]e\s[Hh]eer|[Dd]hr\.|[Mm]evr\.",
    "pt": r"[Ss]enhora?|Sr\.|Sra\.|Dona",
}
# What people say before their name. Behind the weaker words, two capitals must follow: "je
# suis Français" names nobody. English introductions the head knows by itself.
INTRODUCED = {
    "de": (r"[Ii]ch\sheiße|[Mm]ein\sName\sist", r"[Ii]ch\sbin|[Hh]ier\sist"),
    "fr": (r"[Jj]e\sm'appelle|[Mm]on\snom\sest", r"[Jj]e\ssuis|[Ii]ci"),
    "es": (r"[Mm]e\sllamo|[Mm]i\snombre\ses", r"[Ss]oy|[Hh]abla"),
    "it": (r"[Mm]i\schiamo|[Ii]l\smio\snome\sè", r"[Ss]ono"),
    "nl": (r"[Mm]ijn\snaam\sis|[Ii]k\sheet", r"[Ii]k\sben"),
    "pt": (r"[Cc]hamo-me|[Mm]eu\snome\sé", r"[Ss]ou\s[oa]"),
}
