"""Street addresses, post boxes and post codes, as LOCATION."""

from __future__ import annotations

import re
from typing import Final

from customerai.privacy.recognizers.rules import RuleRecognizer, pattern_rule

_SUFFIX: Final = (
    r"(?:street|str|st|avenue|ave|av|boulevard|blvd|road|rd|lane|ln|drive|dr|court|ct|circle|cir|"
    r"place|pl|square|sq|terrace|ter|parkway|pkwy|highway|hwy|freeway|turnpike|trail|trl|way|"
    r"crescent|close|grove|gardens|mews|row|walk|alley|plaza|loop|hill|heights|cross|nagar|marg|"
    r"colony|layout|sector|view|ridge|crossing|expressway|route|bypass|commons|green|mall|quay|"
    r"wharf|rise|vale|parade|esplanade|straat|laan|gade|vej|vei|gata|gatan|allé|all[eé]e|katu)"
)
_WORD: Final = r"[^\W\d_][\w'’.-]{0,30}"
_DIRECTION: Final = r"(?:[NSEW]\.?|[NS][EW]|north|south|east|west)"
_UNIT: Final = (
    r"(?:[,\s]{1,4}(?:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|bldg|building|lot|door|#)"
    r"\.?\s{0,2}(?:no\.?\s?|number\s)?#?\s?[A-Z]?-?\d{1,6}[A-Z]?\b)?"
)
_STATES: Final = (
    r"(?:A[LKZRSP]|C[AOT]|D[EC]|F[LM]|G[AU]|HI|I[DLNA]|K[SY]|LA|M[EHDAINSOTP]|N[EVHJMYCD]|O[HKR]|"
    r"P[WARI]|RI|S[CD]|T[NX]|UT|V[TIA]|W[AVIY]|Q[CL]D?|ON|BC|AB|MB|SK|NS|NB|PE|NSW|VIC|QLD|TAS)"
)
_POSTCODE_UK: Final = r"(?:GIR ?0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-HJKPSTUW\d]? ?\d[ABD-HJLNP-UW-Z]{2})"
_POSTCODE_CA: Final = r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]?\d[ABCEGHJ-NPRSTV-Z]\d"
_CODE: Final = (
    rf"(?:\d{{5}}-\d{{3,4}}|\d{{3}} \d{{2}}|\d{{4}} ?[A-Z]{{2}}\b|\d{{4}}-\d{{3}}|"
    rf"\d{{5}}|\d{{4,6}}|{_POSTCODE_UK}|{_POSTCODE_CA})"
)
# What may follow a street: up to three more words with capitals, a state, a code, a country.
_TAIL: Final = (
    rf"(?:(?:[,\s]{{1,4}}(?-i:[A-ZÀ-Þ][\w'’.-]{{1,30}})){{0,3}}"
    rf"(?:[,\s]{{1,4}}(?-i:{_STATES})\b)?[,\s]{{1,4}}{_CODE}(?![\w-]))?"
)
_STREET: Final = re.compile(
    rf"(?<![\w$€£.,#-])\d{{1,6}}[A-Z]?(?:\s?[-/]\s?\d{{1,5}}[A-Z]?)?,?\s+"
    rf"(?:{_DIRECTION}\s+)?(?:(?:\d{{1,3}}(?:st|nd|rd|th)|{_WORD})\s+){{1,4}}?"
    rf"{_SUFFIX}\b\.?(?:\s{_DIRECTION}\b)?{_UNIT}{_TAIL}",
    re.IGNORECASE,
)
_NOT_STREET: Final = re.compile(
    r"\b(?:a|an|the|is|are|was|to|for|of|my|i|you|it|in|on|at|and|or|per|people|person|days?|"
    r"hours?|"
    r"minutes?|mins|years?|months?|weeks?|times?|pm|am|miles?|dollars?|nights?|adults?|kids|"
    r"guests)\b",
    re.IGNORECASE,
)
_GERMANIC: Final = re.compile(
    rf"(?<![\w])(?:[A-ZÀ-Þ][\w.-]{{1,30}}[\s-]){{0,2}}"
    r"(?:[A-ZÀ-Þ][\wß'’-]{1,30}(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer|steig|"
    r"markt|straat|laan|plein|gracht|kade|gatan|gata|vägen|gade|vej|veien|vei|veg|gränd|stræde|"
    r"katu|tie|kuja|stíg|gata|götu|utca)|"
    r"[A-ZÀ-Þ][\w'’-]{1,30}\s(?:Stra(?:ß|ss)e|Str\.|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer|Allé|"
    r"utca|út))"
    rf"\s\d{{1,4}}\s?[a-zA-Z]?\b(?:\s?[-/]\s?\d{{1,4}})?{_UNIT}{_TAIL}"
)
_NOT_GERMANIC: Final = re.compile(
    r"\b(?:during|spring|bring|string|steering|offering|hearing)\s", re.I
)
_ROMANCE: Final = re.compile(
    r"(?<![\w])(?:\d{1,5}\s?(?:bis|ter)?,?\s+)?(?:rue|avenue|boulevard|bd|place|chemin|impasse|"
    r"quai|"
    r"allée|cours|calle|c/|avenida|avda\.?|av\.|plaza|paseo|carrer|camino|ronda|travesía|via|viale|"
    r"piazza|corso|vicolo|largo|rua|travessa|praça|alameda|estrada|ulica|ul\.)\s?"
    rf"(?:(?:d[eiu]|des|del|della|delle|dei|dos|das|do|da|de\sla|de\slos|de\slas|la|le|les|los|"
    rf"las)\s|"
    rf"(?:d|l|dell)['’])*(?-i:[A-ZÀ-Þ0-9])[\w'’.-]{{0,30}}(?:\s(?:(?:de|del|la|y|et|e|di|da|do)\s)?"
    rf"(?-i:[A-ZÀ-Þ])[\w'’.-]{{0,30}}){{0,3}}(?:,?\s(?:n[º°o.]\s?)?\d{{1,5}}[A-Z]?\b)"
    rf"?{_UNIT}{_TAIL}",
    re.IGNORECASE,
)
_BOX: Final = re.compile(
    r"(?<![\w])(?:p\.?\s?o\.?\s?box|post\s?box|postfach|apartado(?: de correos)?|unit|psc|apo)"
    rf"\s?#?\s?\d{{1,6}}(?:,?\s+box\s+\d{{1,6}})?\b{_TAIL}",
    re.IGNORECASE,
)
_MILITARY: Final = re.compile(
    r"\b(?:APO|FPO|DPO)\s?,?\s?A[AEP]\b(?:\s\d{5}(?:-\d{4})?)?|\bUSN[SV]\s[A-Z]\w+"
)
_PART: Final = re.compile(
    r"(?<![\w])(?:apt|apartment|suite|ste|flat)\.?\s?(?:no\.?\s?|number\s)?#?\s?"
    r"(?:[A-Z]?-?\d{1,5}[A-Z]?)\b",
    re.IGNORECASE,
)
_STATE_ZIP: Final = re.compile(
    rf"(?<![\w])(?:(?:[A-ZÀ-Þ][\w'’.-]{{1,30}}[ ]?){{1,3}},\s?)"
    rf"?{_STATES}[,\s]{{1,3}}\d{{5}}(?:-\d{{4}})?(?![\w-])"
)
_CITY_STATE: Final = re.compile(
    rf"(?<![\w])(?:[A-ZÀ-Þ][\w'’.-]{{1,30}}[ ]?){{1,3}},\s?{_STATES}(?![\w-])"
)
_UK_CODE: Final = re.compile(rf"(?<![\w]){_POSTCODE_UK}(?![\w-])")
_CA_CODE: Final = re.compile(rf"(?<![\w]){_POSTCODE_CA}(?![\w-])")
_CODE_CITY: Final = re.compile(
    r"(?<![\w$€£.,#-])(?:D-|F-|A-|CH-|E-|I-)?\d{5}\s(?!Uhr|Euro|EUR|USD|Mr|"
    r"I\b)[A-ZÀ-Þ][a-zà-ÿ'’-]{2,30}"
    r"(?:[ -][A-ZÀ-Þ][a-zà-ÿ'’-]{2,30})?(?![\w])"
)
_NAMED_CODE: Final = re.compile(
    r"(?<![^\W_])(?:zip\s?(?:code)?|post(?:al)?\s?codes?|pin\s?code|plz|postleitzahl|código postal|"
    r"code postal|cap)(?![^\W\d_])\s*(?:(?:number|is|was|to|of|the|in|be|its|it's|from|for|=|:|"
    r"-)\s*){0,4}"
    rf"(?P<code>{_CODE}|\d{{3}} ?\d{{3}})(?![\w])",
    re.IGNORECASE,
)


_DIGIT: Final = re.compile(r"\d")

ADDRESS: Final = RuleRecognizer(
    "address",
    "2",
    [
        pattern_rule(
            "address.number_and_street",
            "LOCATION",
            _STREET,
            0.85,
            accept=lambda _, match: not _NOT_STREET.search(match[0]),
        ),
        pattern_rule(
            "address.street_and_number",
            "LOCATION",
            _GERMANIC,
            0.8,
            accept=lambda _, match: not _NOT_GERMANIC.search(match[0]),
        ),
        pattern_rule(
            "address.romance",
            "LOCATION",
            _ROMANCE,
            0.75,
            accept=lambda _, match: _DIGIT.search(match[0]) is not None,
        ),
        pattern_rule(
            "address.box",
            "LOCATION",
            _BOX,
            0.85,
            accept=lambda _, match: (
                not match[0].lower().startswith("unit") or "box" in match[0].lower()
            ),
        ),
        pattern_rule("address.flat", "LOCATION", _PART, 0.7),
        pattern_rule("address.state_and_code", "LOCATION", _STATE_ZIP, 0.85),
        pattern_rule("address.city_and_state", "LOCATION", _CITY_STATE, 0.7),
        pattern_rule("address.military", "LOCATION", _MILITARY, 0.8),
        pattern_rule("address.uk_code", "LOCATION", _UK_CODE, 0.8),
        pattern_rule("address.canada_code", "LOCATION", _CA_CODE, 0.8),
        pattern_rule("address.code_and_city", "LOCATION", _CODE_CITY, 0.65),
        pattern_rule("address.named_code", "LOCATION", _NAMED_CODE, 0.8, group="code"),
    ],
)
"""LOCATION: streets with numbers, boxes and post codes of a dozen countries.

A city and a code that follow a street belong to its span.
"""
