"""Stand-ins for places of the same kind: a country, a state, a city, an address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from customerai.privacy.operators.surrogates.choosing import Choice, capital, cased, row
from customerai.privacy.operators.surrogates.cultures import culture, script_of
from customerai.privacy.recognizers.words import word_set

# Country: its larger cities, and the names it goes by.
_COUNTRIES: Final = {
    "United States": "New York|Los Angeles|Chicago|Houston|Philadelphia|San Antonio|San Diego|"
    "Dallas|Austin|Columbus|Seattle|Denver|Boston|Nashville|Detroit|Memphis|Baltimore|Milwaukee|"
    "Albuquerque|Tucson|Sacramento|Atlanta|Miami|Minneapolis|Cleveland|San Francisco|Portland",
    "United Kingdom": "London|Birmingham|Manchester|Leeds|Glasgow|Sheffield|Edinburgh|Liverpool|"
    "Bristol|Cardiff|Leicester|Nottingham|Newcastle|Belfast|Norwich|Exeter",
    "Germany": "Berlin|Hamburg|München|Munich|Köln|Cologne|Frankfurt|Stuttgart|Düsseldorf|Leipzig|"
    "Dortmund|Bremen|Dresden|Hannover|Nürnberg",
    "France": "Paris|Marseille|Lyon|Toulouse|Nantes|Montpellier|Strasbourg|Bordeaux|Lille|Rennes|"
    "Grenoble|Dijon",
    "Spain": "Madrid|Barcelona|Valencia|Sevilla|Zaragoza|Málaga|Murcia|Bilbao|Valladolid|Vigo",
    "Italy": "Roma|Rome|Milano|Milan|Napoli|Torino|Palermo|Genova|Bologna|Firenze|Bari|Verona",
    "Portugal": "Lisboa|Lisbon|Porto|Braga|Coimbra|Funchal|Setúbal|Aveiro|Évora",
    "Netherlands": "Amsterdam|Rotterdam|Utrecht|Eindhoven|Groningen|Tilburg|Breda|Nijmegen",
    "Brazil": "São Paulo|Rio de Janeiro|Salvador|Fortaleza|Curitiba|Recife|Manaus|Goiânia",
    "India": "Mumbai|Delhi|Bangalore|Hyderabad|Ahmedabad|Chennai|Kolkata|Pune|Jaipur|Lucknow",
    "Canada": "Toronto|Montreal|Vancouver|Calgary|Edmonton|Ottawa|Winnipeg|Halifax",
    "Australia": "Sydney|Melbourne|Brisbane|Perth|Adelaide|Canberra|Hobart|Darwin",
    "Mexico": "Guadalajara|Monterrey|Puebla|Tijuana|Mérida|Querétaro|Cancún",
    "Poland": "Warszawa|Warsaw|Kraków|Łódź|Wrocław|Poznań|Gdańsk|Szczecin",
    "Sweden": "Stockholm|Göteborg|Malmö|Uppsala|Västerås|Örebro|Linköping",
    "Turkey": "Istanbul|Ankara|Izmir|Bursa|Antalya|Konya|Gaziantep",
    "Japan": "Tokyo|Osaka|Yokohama|Nagoya|Sapporo|Kobe|Kyoto|Fukuoka",
    "China": "Beijing|Shanghai|Guangzhou|Shenzhen|Chengdu|Wuhan|Hangzhou|Nanjing",
    "Nigeria": "Lagos|Kano|Ibadan|Abuja|Benin City|Enugu",
    "Kenya": "Nairobi|Mombasa|Kisumu|Nakuru|Eldoret",
    "Ireland": "Dublin|Galway|Limerick|Waterford|Kilkenny",
    "Austria": "Wien|Vienna|Graz|Linz|Salzburg|Innsbruck",
    "Switzerland": "Zürich|Zurich|Genève|Geneva|Basel|Lausanne|Bern|Luzern",
    "Belgium": "Antwerpen|Antwerp|Gent|Ghent|Brussels|Liège|Brugge|Namur",
    "Argentina": "Buenos Aires|Córdoba|Rosario|Mendoza|La Plata",
    "South Africa": "Johannesburg|Cape Town|Durban|Pretoria|Bloemfontein",
    "Egypt": "Cairo|Alexandria|Giza|Luxor|Aswan",
    "Indonesia": "Jakarta|Surabaya|Bandung|Medan|Semarang",
    "Vietnam": "Hanoi|Da Nang|Hai Phong|Can Tho",
    "Greece": "Athens|Thessaloniki|Patras|Heraklion|Larissa",
}
_ALSO_CALLED: Final = {
    "usa": "United States", "u.s.": "United States", "us": "United States",
    "america": "United States", "uk": "United Kingdom", "england": "United Kingdom",
    "great britain": "United Kingdom", "scotland": "United Kingdom", "deutschland": "Germany",
    "españa": "Spain", "italia": "Italy", "brasil": "Brazil", "holland": "Netherlands",
    "méxico": "Mexico", "österreich": "Austria", "schweiz": "Switzerland", "suisse": "Switzerland",
}  # fmt: skip
_CULTURES: Final = {
    "Germany": "de_DE", "Austria": "de_DE", "Switzerland": "de_DE", "France": "fr_FR",
    "Spain": "es_ES", "Mexico": "es_ES", "Argentina": "es_ES", "Italy": "it_IT",
    "Portugal": "pt_PT", "Brazil": "pt_BR", "Netherlands": "nl_NL", "United Kingdom": "en_GB",
}  # fmt: skip
_STATES: Final = row(
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Hawaii|Idaho|"
    "Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|"
    "Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|"
    "North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|"
    "South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|West Virginia|Wisconsin|Wyoming"
)
_CODES: Final = row(
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|"
    "NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY"
)
_STREET_WORDS: Final = word_set(
    "street st avenue ave road rd lane ln drive dr court ct place pl boulevard blvd way square sq "
    "highway hwy parkway pkwy terrace circle close crescent north south east west n s e w ne nw se "
    "sw apt apartment suite ste unit floor flat box po p.o rue avenue allée chemin impasse place "
    "quai calle avenida plaza paseo carrer via viale piazza corso largo rua travessa praça straße "
    "strasse str weg platz gasse allee straat laan plein nr no the of and de du des da do dos la "
    "le les el del di upper lower old new postfach apartado bis"
)
_GERMAN: Final = re.compile(r"(\w+?)(straße|strasse|str|weg|platz|gasse|allee|straat|laan)", re.I)
_GERMAN_HINT: Final = re.compile(r"straße|strasse|\bstr\.|weg\b|platz\b|gasse\b", re.IGNORECASE)
_HINTS: Final = (
    (re.compile(r"\b(?:rue|allée|chemin|impasse|quai)\b", re.IGNORECASE), "fr_FR"),
    (re.compile(r"\b(?:calle|avenida|paseo|carrer)\b", re.IGNORECASE), "es_ES"),
    (re.compile(r"\b(?:via|viale|piazza|corso)\b", re.IGNORECASE), "it_IT"),
    (re.compile(r"\b(?:rua|travessa|praça)\b", re.IGNORECASE), "pt_PT"),
    (_GERMAN_HINT, "de_DE"),
)
_TOKEN: Final = re.compile(r"\w+(?:['’]\w+)*")
_ATTEMPTS: Final = 30
_LEAST_LETTERS: Final = 3


def country_of(place: str) -> str | None:
    """The country of a city, or a country's usual name; None where no list knows it."""
    folded = " ".join(place.casefold().split())
    whole = _known(folded)
    if whole is not None or "," not in folded:
        return whole
    parts = [_known(part.strip()) for part in folded.split(",")]
    return next((part for part in reversed(parts) if part is not None), None)


def is_listed(word: str) -> bool:
    """Whether a word in small letters is a city, a state or a country of our lists."""
    return word in _cities() or word in _names() or word in _state_names()


def place(choice: Choice, value: str) -> Iterator[str]:
    """A place of the same kind and, for a city or an address, of the same country."""
    folded = " ".join(value.casefold().split())
    if folded in _names():
        yield from _others(choice, value, sorted(_COUNTRIES))
    elif folded in _state_names():
        yield from _others(choice, value, _STATES)
    elif folded in _cities():
        yield from _others(choice, value, row(_COUNTRIES[_cities()[folded]]))
    elif any(char.isdecimal() for char in value) or "," in value or _has_street_word(value):
        yield from _addresses(choice, value)
    else:
        yield from _others(
            choice, value, [city for cities in _COUNTRIES.values() for city in row(cities)]
        )


def _others(choice: Choice, value: str, options: Sequence[str]) -> Iterator[str]:
    start = choice.number("place", value.casefold())
    for at in range(len(options)):
        yield cased(value, options[(start + at) % len(options)])


def _addresses(choice: Choice, value: str) -> Iterator[str]:
    locale = next((name for hint, name in _HINTS if hint.search(value)), None)
    country = country_of(value)
    names = culture(script_of(value) or locale or _CULTURES.get(country or "", "en_US")).family
    for attempt in range(_ATTEMPTS):
        yield _TOKEN.sub(
            lambda match, turn=str(attempt): _address_word(choice, match[0], value, names, turn),  # type: ignore[misc]
            value,
        )


def _address_word(choice: Choice, word: str, value: str, names: tuple[str, ...], turn: str) -> str:
    if any(char.isdecimal() for char in word):
        return _figures(choice, word, value, turn)
    folded = word.casefold()
    if folded in _STREET_WORDS or folded in _names():
        return word
    if word in _CODES:
        return choice.one_of([code for code in _CODES if code != word], "state", word, value, turn)
    if len(word) == 1:
        return word
    compound = _GERMAN.fullmatch(word)
    if compound is not None:
        return cased(word, choice.one_of(names, "street", word, turn) + compound[2].lower())
    if folded in _cities():
        cities = [city for city in row(_COUNTRIES[_cities()[folded]]) if city.casefold() != folded]
        return cased(word, choice.one_of(cities, "city", word, turn))
    other = [name for name in names if name.casefold() != folded]
    return cased(word, capital(choice.one_of(other, "street", word, turn)))


def _figures(choice: Choice, word: str, value: str, turn: str) -> str:
    figures = choice.digits(3 * len(word), "address", word, value, turn)
    chars = []
    for at, char in enumerate(word):
        figure = int(figures[3 * at : 3 * at + 3])
        if char.isdecimal():
            chars.append(str(1 + figure % 9) if at == 0 else str(figure % 10))
        elif char.isalpha() and char.isascii():
            chars.append(chr(ord("A" if char.isupper() else "a") + figure % 26))
        else:
            chars.append(char)
    return "".join(chars)


def _has_street_word(value: str) -> bool:
    words = _TOKEN.findall(value.casefold())
    return len(words) > 1 and any(
        len(word) >= _LEAST_LETTERS and word in _STREET_WORDS for word in words
    )


def _known(folded: str) -> str | None:
    return _names().get(folded) or _cities().get(folded) or _state_names().get(folded)


@cache
def _names() -> dict[str, str]:
    return {name.casefold(): name for name in _COUNTRIES} | _ALSO_CALLED


@cache
def _cities() -> dict[str, str]:
    return {
        city.casefold(): country for country, cities in _COUNTRIES.items() for city in row(cities)
    }


@cache
def _state_names() -> dict[str, str]:
    return {state.casefold(): "United States" for state in _STATES}
