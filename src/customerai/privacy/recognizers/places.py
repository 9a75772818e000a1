"""Places and peoples by name: countries, states, large cities; nationalities and religions."""

from __future__ import annotations

import re
from typing import Final

from customerai.privacy.recognizers.rules import Rule, RuleRecognizer
from customerai.privacy.recognizers.spans import Reason, Span
from customerai.privacy.recognizers.words import word_set

_COUNTRIES: Final = """
Afghanistan|Albania|Algeria|American Samoa|Andorra|Angola|Anguilla|Antarctica|Antigua and Barbuda|
Antigua|Argentina|Armenia|Aruba|Australia|Austria|Azerbaijan|Bahamas|Bahrain|Bangladesh|Barbados|
Belarus|Belgium|Belize|Benin|Bermuda|Bhutan|Bolivia|Bosnia and Herzegovina|Bosnia|Botswana|Brazil|
British Virgin Islands|Brunei Darussalam|Brunei|Bulgaria|Burkina Faso|Burundi|Cambodia|Cameroon|
Canada|Cape Verde|Cayman Islands|Central African Republic|Chad|Chile|China|Christmas Island|
Colombia|Comoros|Congo|Cook Islands|Costa Rica|Cote d'Ivoire|Côte d'Ivoire|Croatia|Cuba|Cyprus|
Czech Republic|Czechia|Denmark|Djibouti|Dominica|Dominican Republic|East Timor|Timor-Leste|Ecuador|
Egypt|El Salvador|England|Equatorial Guinea|Eritrea|Estonia|Eswatini|Ethiopia|Faroe Islands|
Falkland Islands|Fiji|Finland|France|French Guiana|French Polynesia|Gabon|Gambia|Georgia|Germany|
Ghana|Gibraltar|Great Britain|Greece|Greenland|Grenada|Guadeloupe|Guam|Guatemala|Guernsey|Guinea|
Guinea-Bissau|Guyana|Haiti|Honduras|Hong Kong|Hungary|Iceland|India|Indonesia|Iran|Iraq|Ireland|
Isle of Man|Israel|Italy|Ivory Coast|Jamaica|Japan|Jersey|Jordan|Kazakhstan|Kenya|Kiribati|Korea|
Kosovo|Kuwait|Kyrgyzstan|Kyrgyz Republic|Laos|Latvia|Lebanon|Lesotho|Liberia|Libya|Liechtenstein|
Lithuania|Luxembourg|Macao|Macau|Macedonia|Madagascar|Malawi|Malaysia|Maldives|Mali|Malta|
Marshall Islands|Martinique|Mauritania|Mauritius|Mayotte|Mexico|Micronesia|Moldova|Monaco|Mongolia|
Montenegro|Montserrat|Morocco|Mozambique|Myanmar|Namibia|Nauru|Nepal|Netherlands Antilles|
Netherlands|New Caledonia|New Zealand|Nicaragua|Niger|Nigeria|Niue|Norfolk Island|North Korea|
North Macedonia|Northern Ireland|Northern Mariana Islands|Norway|Oman|Pakistan|Palau|Palestine|
Panama|Papua New Guinea|Paraguay|Peru|Philippines|Pitcairn Islands|Poland|Portugal|Puerto Rico|
Qatar|Reunion|Réunion|Romania|Russia|Russian Federation|Rwanda|Saint Lucia|Saint Helena|
Saint Kitts and Nevis|Saint Vincent and the Grenadines|Saint Martin|Saint Barthelemy|Samoa|
San Marino|Sao Tome and Principe|Saudi Arabia|Scotland|Senegal|Serbia|Seychelles|Sierra Leone|
Singapore|Slovakia|Slovenia|Solomon Islands|Somalia|South Africa|South Korea|South Sudan|Spain|
Sri Lanka|Sudan|Suriname|Svalbard|Swaziland|Sweden|Switzerland|Syria|Syrian Arab Republic|Taiwan|
Tajikistan|Tanzania|Thailand|Togo|Tokelau|Tonga|Trinidad and Tobago|Tunisia|Turkey|Türkiye|
Turkmenistan|Turks and Caicos Islands|Tuvalu|Uganda|Ukraine|United Arab Emirates|UAE|
United Kingdom|United States of America|United States|USA|Uruguay|Uzbekistan|Vanuatu|Vatican City|
Venezuela|Vietnam|Viet Nam|Virgin Islands|Wales|Wallis and Futuna|Western Sahara|Yemen|Zambia|
Zimbabwe|Deutschland|España|Österreich|Schweiz|Suisse|Italia|Brasil|México"""
_STATES: Final = """
Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Hawaii|Idaho|
Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|
Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|
North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|
South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming|
Ontario|Quebec|British Columbia|Alberta|Manitoba|Saskatchewan|Nova Scotia|New Brunswick|
Newfoundland|Queensland|New South Wales|Tasmania|Western Australia|South Australia|Bavaria|Bayern|
Saxony|Catalonia|Andalusia|Lombardy|Tuscany|Provence|Normandy|Brittany|Maharashtra|Karnataka|
Tamil Nadu|Kerala|Gujarat|Rajasthan|Punjab|Telangana|Andhra Pradesh|Uttar Pradesh|West Bengal|
Madhya Pradesh|Upper Austria|Lower Austria|Tyrol|Styria"""
_CITIES: Final = """
London|Paris|Berlin|Madrid|Rome|Vienna|Lisbon|Dublin|Amsterdam|Brussels|Copenhagen|Stockholm|Oslo|
Helsinki|Warsaw|Prague|Budapest|Bucharest|Sofia|Athens|Zagreb|Belgrade|Bratislava|Ljubljana|Riga|
Vilnius|Tallinn|Kyiv|Kiev|Moscow|Istanbul|Ankara|Munich|Hamburg|Cologne|Frankfurt|Stuttgart|
Dusseldorf|Düsseldorf|Köln|München|Leipzig|Dresden|Hannover|Nuremberg|Bremen|Zurich|Zürich|Geneva|
Basel|Bern|Barcelona|Valencia|Seville|Sevilla|Malaga|Bilbao|Zaragoza|Milan|Naples|Turin|Venice|
Bologna|Palermo|Lyon|Marseille|Toulouse|Bordeaux|Nantes|Strasbourg|Lille|Porto|Rotterdam|
The Hague|Utrecht|Antwerp|Ghent|Krakow|Gdansk|Gothenburg|Malmö|Aarhus|Bergen|Reykjavik|
Manchester|Birmingham|Liverpool|Leeds|Sheffield|Edinburgh|Glasgow|Bristol|Cardiff|Belfast|
Nottingham|Newcastle|Southampton|Brighton|Oxford|Cambridge|
New York City|NYC|Los Angeles|San Francisco|San Diego|San Jose|Sacramento|Seattle|Portland|
Las Vegas|Phoenix|Denver|Dallas|Houston|Austin|San Antonio|Chicago|Detroit|Minneapolis|St. Louis|
Kansas City|New Orleans|Nashville|Memphis|Atlanta|Miami|Orlando|Tampa|Jacksonville|Charlotte|
Raleigh|Washington DC|Washington D.C.|Baltimore|Philadelphia|Pittsburgh|Boston|Cleveland|Cincinnati|
Columbus|Indianapolis|Milwaukee|Salt Lake City|Albuquerque|Tucson|El Paso|Fort Worth|Oklahoma City|
Omaha|Honolulu|Anchorage|Buffalo|Brooklyn|Manhattan|Queens|Bronx|Staten Island|Newark|Jersey City|
Toronto|Montreal|Vancouver|Calgary|Ottawa|Edmonton|Winnipeg|Mexico City|Guadalajara|Monterrey|
Havana|Bogota|Bogotá|Lima|Quito|Santiago|Buenos Aires|Montevideo|Sao Paulo|São Paulo|
Rio de Janeiro|Brasilia|Caracas|Medellin|
Tokyo|Osaka|Kyoto|Seoul|Busan|Beijing|Shanghai|Shenzhen|Guangzhou|Taipei|Bangkok|Hanoi|
Ho Chi Minh City|Jakarta|Manila|Kuala Lumpur|Sydney|Melbourne|Brisbane|Perth|Adelaide|Canberra|
Auckland|Wellington|Mumbai|Bombay|Delhi|New Delhi|Bangalore|Bengaluru|Chennai|Kolkata|Hyderabad|
Pune|Ahmedabad|Jaipur|Lucknow|Kochi|Surat|Karachi|Lahore|Islamabad|Dhaka|Kathmandu|Colombo|
Dubai|Abu Dhabi|Doha|Riyadh|Jeddah|Kuwait City|Tehran|Baghdad|Beirut|Amman|Damascus|Jerusalem|
Tel Aviv|Cairo|Alexandria|Casablanca|Tunis|Algiers|Lagos|Abuja|Nairobi|Accra|Addis Ababa|
Cape Town|Johannesburg|Durban|Pretoria|Kampala|Dakar"""
# Also names of people, common nouns or verbs: taken only with a capital and a preposition before.
_AMBIGUOUS: Final = word_set(
    "antigua austin benin bergen bern bristol buffalo cambridge chad charlotte china christmas "
    "columbus congo cologne cuba dallas denver florida georgia grenada guinea hamburg jackson "
    "jacksonville jamaica jersey jordan lima lincoln mali malta maine milan mobile monaco montana "
    "naples nice niger oman orlando oxford paris perth phoenix portland queens reading reunion "
    "sofia sydney togo turkey victoria vienna virginia wales washington wellington"
)
_PREPOSITION: Final = re.compile(
    r"(?:^|\b(?:in|from|to|near|at|of|around|visit(?:ing)?|live|lives|living|via|outside|"
    r"between|leaving|"
    r"and|city|state|country|fly|flying|moved|[,:])\s*(?:the\s)?|,\s*|\n\s*)$",
    re.IGNORECASE,
)

_PEOPLES: Final = """
Afghan|Albanian|Algerian|American|Angolan|Arab|Argentinian|Argentine|Armenian|Asian|Australian|
Austrian|Azerbaijani|Bahamian|Belizian|Belizean|Bruneian|Greenlander|
Englishman|Englishmen|Frenchman|Irishman|Surinamese|
Bangladeshi|Belarusian|Belgian|Bolivian|Bosnian|Brazilian|British|
Briton|Bulgarian|Burmese|Cambodian|Cameroonian|Canadian|Chilean|Chinese|Colombian|Congolese|
Costa Rican|Croatian|Cuban|Cypriot|Czech|Danish|Dominican|Dutch|Ecuadorian|Ecuadorean|
Egyptian|English|
Eritrean|Estonian|Ethiopian|European|Filipino|Finnish|French|Georgian|German|Ghanaian|Greek|
Guatemalan|Haitian|Honduran|Hungarian|Icelandic|Indian|Indonesian|Iranian|Iraqi|Irish|Israeli|
Italian|Jamaican|Japanese|Jordanian|Kazakh|Kenyan|Korean|Kosovan|Kurdish|Kuwaiti|Laotian|Latvian|
Lebanese|Liberian|Libyan|Lithuanian|Macedonian|Malaysian|Maltese|Mexican|Moldovan|Mongolian|
Montenegrin|Moroccan|Namibian|Nepalese|Nepali|Nicaraguan|Nigerian|Norwegian|Pakistani|Palestinian|
Panamanian|Paraguayan|Peruvian|Polish|Portuguese|Puerto Rican|Qatari|Romanian|Russian|Rwandan|
Saudi|Scottish|Senegalese|Serbian|Singaporean|Slovak|Slovakian|Slovenian|Somali|South African|
Spanish|Sri Lankan|Sudanese|Swedish|Swiss|Syrian|Taiwanese|Tanzanian|Thai|Tunisian|Turkish|Ugandan|
Ukrainian|Uruguayan|Uzbek|Venezuelan|Vietnamese|Welsh|Yemeni|Zambian|Zimbabwean|African American|
Latino|Latina|Hispanic|Native American"""
_FAITHS: Final = """
Christian|Catholic|Protestant|Orthodox Jew|Lutheran|Baptist|Methodist|Mormon|Anglican|Muslim|
Islamic|Sunni|Shia|Shii|Shiite|Jewish|Jew|Hindu|Buddhist|Sikh|Jain|Atheist|Agnostic|Quaker|
Jehovah's Witness|Republican|Democrat|Communist|Socialist"""
# "i am swedish", "she's half irish": said of people; "chinese food" and "like a british" are not.
_OF_SOMEBODY: Final = re.compile(
    r"\b(?:am|i'm|im|he's|she's|we're|they're|(?:he|she|who|wife|husband|mother|father|family)\sis|"
    r"(?:we|they|you|parents)\sare)\s(?:a\s|an\s|half\s|part\s)?$",
    re.IGNORECASE,
)
_NOT_PEOPLE: Final = re.compile(
    r"\s(?:food|cuisine|restaurants?|dish(?:es)?|dinner|lunch|breakfast|place|language|translation|"
    r"airways|airlines?|express|dollars?|pounds?|pesos?|rupees?|francs?|currency|money|bank|cards?|"
    r"visa|apple|fries|toast|coffee|wine|beer|tea|style|takeout|recipes?|version|speaking|word|"
    r"words|"
    r"yen|euros?|lira|won|yuan|market|stock|history|meal|for|to|stuff|options?)\b",
    re.IGNORECASE,
)


def _names(table: str) -> list[str]:
    return [name for name in table.replace("\n", "").split("|") if name]


_PLACE_NAMES: Final = _names(_COUNTRIES) + _names(_STATES) + _names(_CITIES)
_PEOPLE_NAMES: Final = _names(_PEOPLES) + _names(_FAITHS)
_LONGEST: Final = 5  # words in a name


_WORD: Final = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")


def _without_stop(text: str, end: int) -> int:
    """The end of a name before the sentence's full stop; "D.C." keeps its own."""
    return end - 1 if text[end - 1] == "." and text[end - 3 : end - 2] != "." else end


class _Names:
    """Finds names of one or more words in a list of folded words, in linear time."""

    def __init__(self, names: list[str], *, plural: bool = False) -> None:
        self._names: set[tuple[str, ...]] = set()
        for name in names:
            words = tuple(part.rstrip(".") for part in name.casefold().split())
            self._names.add(words)
            if plural and not words[-1].endswith(("ish", "ch", "ese", "s")):
                self._names.add((*words[:-1], words[-1] + "s"))
        self._first = {words[0] for words in self._names}

    def occurrences(self, words: list[str]) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        at = 0
        while at < len(words):
            if words[at].rstrip(".") in self._first:
                bare = tuple(word.rstrip(".") for word in words[at : at + _LONGEST])
                for length in range(len(bare), 0, -1):
                    if bare[:length] in self._names:
                        found.append((at, at + length - 1))
                        at += length - 1
                        break
            at += 1
        return found


_HOME: Final = re.compile(
    r"\b(?:live|lives|lived|living|reside|resides|residing|based|born|grew up|raised|moved|moving|"
    r"hometown|home town|hometown is|address|city|town|country|state|deliver|ship|located|staying|"
    r"(?:i'm|i am|im|we're|we are|originally|come|comes|is|are|calling|writing) from|"
    r"i'm in|i am in|im in|we are in|we're in|resident of|citizen of)\b[^.?!\n]{0,24}$",
    re.IGNORECASE,
)
_SHORT_REPLY: Final = 4  # words
_ALL_PLACES: Final = _Names(_PLACE_NAMES)
_ALL_PEOPLES: Final = _Names(_PEOPLE_NAMES, plural=True)
_PLACE_LISTED: Final = Reason("place.list", before=0.6)
_PLACE_HOME: Final = Reason("place.list", "home", before=0.0)
_PEOPLE_LISTED: Final = Reason("place.people", before=0.55)


def _find(text: str) -> list[Span]:
    words = [match.span() for match in _WORD.finditer(text)]
    folded = [text[start:end].casefold() for start, end in words]
    spans: list[Span] = []
    for first, last in _ALL_PLACES.occurrences(folded):
        start, end = words[first][0], _without_stop(text, words[last][1])
        reason = _place(text, start, end, len(words) - (last - first))
        if reason is not None:
            spans.append(Span("LOCATION", start, end, 0.6, "place", reason))
    for first, last in _ALL_PEOPLES.occurrences(folded):
        start, end = words[first][0], _without_stop(text, words[last][1])
        if (
            text[start].isupper() or _OF_SOMEBODY.search(text, max(0, start - 16), start)
        ) and not _NOT_PEOPLE.match(text, end):
            spans.append(Span("NRP", start, end, 0.55, "place", _PEOPLE_LISTED))
    return spans


def _place(text: str, start: int, end: int, others: int) -> Reason | None:
    """Why a name of a place is one: written as a name, somebody's home, or a short reply."""
    if text[start:end].casefold() in _AMBIGUOUS:
        if not text[start].isupper():
            return None
        before = _PREPOSITION.search(text, max(0, start - 14), start)
        return _PLACE_LISTED if before is not None else None
    if text[start].isupper():
        return _PLACE_LISTED
    if others <= _SHORT_REPLY or _HOME.search(text, max(0, start - 48), start):
        return _PLACE_HOME
    return None


def _hint(names: list[str]) -> str:
    """The first two words of a name, in any case, after no letter and before none."""
    starts = set()
    for name in names:
        words = re.split(r"[ .]+", name.casefold())
        starts.add("[ .]+".join(re.escape(word) for word in words[:2] if word))
    listed = "|".join(sorted(start for start in starts if start.isascii()))
    abroad = "|".join(sorted(start for start in starts if not start.isascii()))
    return rf"(?i)(?:\A|[^a-z])(?:{listed})(?:\z|[^a-z])|{abroad}"


PLACE: Final = RuleRecognizer(
    "place",
    "2",
    [
        Rule(
            "place.list",
            frozenset({"LOCATION", "NRP"}),
            _hint(_PLACE_NAMES + _PEOPLE_NAMES + [name + "s" for name in _PEOPLE_NAMES]),
            _find,
        )
    ],
)
"""LOCATION by name and NRP (nationality, religion, politics), in capitals or lower case.

In lower case a place counts where it is said to be a home, or is all that a reply holds.
"""
