"""Values for the slots of templates: people of many cultures, places, companies, dates, numbers."""

from __future__ import annotations

import hashlib
import json
import random
import string
import unicodedata
from collections.abc import Callable
from pathlib import Path

from faker import Faker

HERE = Path(__file__).parent
LISTS = HERE / "lists"

_FILE = json.loads((LISTS / "words.json").read_text(encoding="utf-8"))
WORDS: dict[str, list[str]] = {
    name: value for name, value in _FILE.items() if isinstance(value, list)
}
BY_LANGUAGE: dict[str, dict[str, list[str]]] = {
    name: value for name, value in _FILE.items() if isinstance(value, dict)
}
# Locales whose names the tokenizer can read as word pieces, and a few in other scripts.
LATIN, OTHER = WORDS["latin"], WORDS["other"]


def stripped(name: str) -> str:
    """A name in lower case without accents, for comparing."""
    parts = unicodedata.normalize("NFD", name.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))


def held_back(name: str) -> bool:
    """Whether a name of our lists is kept for measuring: a quarter of all."""
    return int(hashlib.sha256(f"name:{stripped(name)}".encode()).hexdigest()[:8], 16) % 4 == 0


def read_people() -> dict[str, dict[str, list[str]]]:
    """Culture -> kind (f, m: given names; x: family names) -> names, of `lists/people.txt`."""
    people: dict[str, dict[str, list[str]]] = {}
    for line in (LISTS / "people.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            head, names = line.split(":")
            culture, kind = head.split()
            known = people.setdefault(culture, {}).setdefault(kind, [])
            known += [name.replace("_", " ") for name in names.split()]
    return people


def read_list(name: str) -> list[str]:
    """The values of a list, which "|" parts."""
    lines = (LISTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    text = "|".join(line for line in lines if not line.startswith("#"))
    return [value for value in text.split("|") if value]


class Coiner:
    """Makes names that sound like those of a list: a chain over letters, three at a time."""

    def __init__(self, names: list[str]) -> None:
        self._next: dict[str, list[str]] = {}
        for name in names:
            marked = f"^^{name}$"
            for at in range(len(marked) - 2):
                self._next.setdefault(marked[at : at + 2], []).append(marked[at + 2])

    def coin(self, rng: random.Random) -> str:
        """A name of three to twelve letters."""
        for _ in range(20):
            name = "^^"
            while name[-1] != "$" and len(name) < 16:
                name += rng.choice(self._next[name[-2:]])
            made = name[2:-1]
            if name[-1] == "$" and 3 <= len(made) <= 12:
                return made
        return "Sam"


class Fillers:
    """Draws a value for a slot; the same seed gives the same values."""

    def __init__(self, rng: random.Random, *, pool: int = 500) -> None:
        self._rng = rng
        self._people = {
            culture: {
                kind: [name for name in names if not held_back(name)]
                for kind, names in kinds.items()
            }
            for culture, kinds in read_people().items()
        }
        self._cultures = sorted(self._people)
        self._coiners = {
            (culture, kind): Coiner(names)
            for culture, kinds in self._people.items()
            for kind, names in kinds.items()
        }
        self._places = read_list("places")
        self._organizations = read_list("organizations")
        self._products = read_list("products")
        self._jobs = read_list("jobs")
        self._peoples = read_list("peoples")
        self._verbs = (HERE / "templates" / "verbs.txt").read_text().strip().split("|")
        self._nouns = (HERE / "templates" / "nouns.txt").read_text().strip().split("|")
        self._pools = {}
        secret = {
            stripped(name)
            for kinds in read_people().values()
            for names in kinds.values()
            for name in names
            if held_back(name)
        }
        Faker.seed(rng.randrange(1 << 30))
        for locale in (*LATIN, *OTHER):
            self._pools[locale] = _pool(locale, pool if locale in LATIN else pool // 3, secret)

    # People ---------------------------------------------------------------------------------

    def _source(self) -> tuple[list[str], list[str]]:
        """Given and family names of one culture."""
        rng = self._rng
        if rng.random() < 0.6:
            culture, gender = rng.choice(self._cultures), rng.choice("fm")
            given, family = self._people[culture][gender], self._people[culture]["x"]
            if rng.random() < 0.3:
                given = [self._coiners[culture, gender].coin(rng)]
            if rng.random() < 0.3:
                family = [self._coiners[culture, "x"].coin(rng)]
            return given, family
        locale = rng.choice(LATIN) if rng.random() < 0.95 else rng.choice(OTHER)
        pool = self._pools[locale]
        return pool["first"], pool["last"]

    def first(self) -> str:
        return self._rng.choice(self._source()[0])

    def last(self) -> str:
        return self._rng.choice(self._source()[1])

    def person(self) -> str:
        rng = self._rng
        given, family = self._source()
        if rng.random() < 0.04:
            family = self._source()[1]
        first, last = rng.choice(given), rng.choice(family)
        draw = rng.random()
        if draw < 0.66:
            return f"{first} {last}"
        if draw < 0.72:
            return f"{first} {rng.choice(string.ascii_uppercase)}. {last}"
        if draw < 0.76:
            return f"{first} {rng.choice(string.ascii_uppercase)} {last}"
        if draw < 0.80:
            return f"{first} {rng.choice(given)} {last}"
        if draw < 0.84:
            return f"{first} {last} {rng.choice(family)}"
        if draw < 0.86:
            return f"{first} {last}-{rng.choice(family)}"
        if draw < 0.87:
            return f"{last} {first}"
        if draw < 0.88:
            return f"{first[0]}. {last}"
        return first if draw < 0.94 else last

    # Places ---------------------------------------------------------------------------------

    def location(self) -> str:
        rng = self._rng
        draw = rng.random()
        if draw < 0.62:
            place = rng.choice(self._places)
        else:
            locale = rng.choice(LATIN) if rng.random() < 0.95 else rng.choice(OTHER)
            place = rng.choice(self._pools[locale]["city"])
        return place.upper() if rng.random() < 0.08 else place

    def street(self) -> str:
        rng = self._rng
        street = rng.choice(self._pools[rng.choice(LATIN)]["street"])
        draw = rng.random()
        if draw < 0.3:
            return f"{rng.randrange(1, 999)} {street}"
        return f"{street} {rng.randrange(1, 400)}" if draw < 0.5 else street

    def secondary(self) -> str:
        rng = self._rng
        word = rng.choice(("Apt.", "Suite", "Apartment", "Unit", "Flat", "Apt", "#"))
        return f"{word} {rng.randrange(1, 999)}"

    def zip(self) -> str:
        rng = self._rng
        draw = rng.random()
        if draw < 0.75:
            return "".join(rng.choices(string.digits, k=rng.choice((4, 5, 5, 5, 5, 6))))
        if draw < 0.9:
            letters = string.ascii_uppercase
            outward = rng.choice(letters) + rng.choice(letters) + str(rng.randrange(1, 20))
            return f"{outward} {rng.randrange(1, 9)}{rng.choice(letters)}{rng.choice(letters)}"
        return f"{rng.randrange(10000, 99999)}-{rng.randrange(1000, 9999)}"

    def address(self, language: str = "") -> str:
        rng = self._rng
        if language:
            form = rng.choice(BY_LANGUAGE["streets"][language])
            street = form.format(
                n=rng.randrange(1, 300),
                m=rng.randrange(1, 30),
                last=self.last(),
                word=rng.choice(WORDS["words"]),
            )
            if language == "en":
                return street
            city = rng.choice(BY_LANGUAGE["cities"][language])
            draw = rng.random()
            if draw < 0.35:
                return f"{street}, {self._digits(5)} {city}"
            if draw < 0.55:
                return f"{street}, {city}"
            return f"{street} in {city}" if draw < 0.57 else street
        draw = rng.random()
        glue = rng.choice(("\n ", ", ", "\n", " ", ", "))
        city, street = self.location(), self.street()
        number = rng.randrange(1, 99999)
        if draw < 0.28:
            parts = [f"{number} {street}"]
            if rng.random() < 0.5:
                parts.append(self.secondary())
            parts.append(city)
            if rng.random() < 0.6:
                parts.append(f"{rng.choice(self._places)} {self.zip()}")
            return glue.join(parts)
        if draw < 0.45:
            return f"{number} {street}{glue}{city}{glue}{rng.choice(WORDS['states'])} {self.zip()}"
        if draw < 0.53:
            return f"{number} {street}\n{city}\n, {rng.choice(WORDS['states'])}\n {self.zip()}"
        if draw < 0.60:
            return f"{street}{glue}{self.zip()} {city}"
        if draw < 0.66:
            return self.address("en") + f"{glue}{city}"
        if draw < 0.70:
            return self.address("en")
        if draw < 0.74:
            return f"the corner of {self.street()} and {self.street()}"
        if draw < 0.77:
            return f"{rng.choice(('P.O. Box', 'PO Box', 'Postbox', 'Box'))} {number}, {city}"
        if draw < 0.79:
            unit = f"Unit {rng.randrange(1000, 9999)} Box {rng.randrange(1000, 9999)}"
            return f"{unit}\nDPO A{rng.choice('AEP')} {self.zip()}"
        if draw < 0.83:
            return f"{rng.randrange(1, 2000)} {self.last()} {rng.choice(WORDS['words'])} {city}"
        locale = rng.choice(LATIN)
        full = rng.choice(self._pools[locale]["address"])
        return full.replace("\n", glue) if rng.random() < 0.6 else full

    # Organizations, jobs, peoples -----------------------------------------------------------

    def organization(self) -> str:
        rng = self._rng
        draw = rng.random()
        if draw < 0.30:
            return rng.choice(self._organizations)
        if draw < 0.44:
            return rng.choice(self._pools[rng.choice(LATIN)]["company"])
        suffix = rng.choice(WORDS["suffixes"]).replace("_", " ")
        if draw < 0.54:
            return f"{self.last()} {suffix}"
        if draw < 0.58:
            return f"{self.last()}, {self.last()} and {self.last()}"
        if draw < 0.61:
            return f"{self.last()}-{self.last()}"
        if draw < 0.63:
            return f"{self.last()} {rng.choice(('and', '&'))} {rng.choice(('Sons', self.last()))}"
        coined = "".join(rng.choices(WORDS["syllables"], k=rng.choice((1, 2, 2, 3)))) + rng.choice(
            WORDS["endings"]
        )
        coined = coined.capitalize()
        if draw < 0.72:
            return coined
        if draw < 0.80:
            return f"{coined} {suffix}"
        pair = rng.sample(WORDS["coined"], 2)
        if draw < 0.85:
            return f"{pair[0]} {rng.choice(WORDS['nations'])}"
        if draw < 0.89:
            return f"{pair[0]} {pair[1]} {rng.choice(WORDS['nations'])}"
        if draw < 0.93:
            return f"{pair[0]}{pair[1].lower()}" if rng.random() < 0.5 else f"{pair[0]}{pair[1]}"
        if draw < 0.95:
            return f"{pair[0]} {suffix}"
        if draw < 0.97:
            head = rng.choice(("University", "Bank", "Ministry", "Department", "Institute"))
            tail = rng.choice((self.location(), rng.choice(WORDS["coined"])))
            return f"{head} of {tail}"
        if draw < 0.985:
            place = self.location()
            return f"{place} {rng.choice(('University', 'Hospital', 'Bank', 'FC', 'College'))}"
        return "".join(rng.choices(string.ascii_uppercase, k=rng.choice((2, 3, 3, 4))))

    def coined(self) -> str:
        """A name that no product bears yet."""
        rng = self._rng
        return (
            "".join(rng.choices(WORDS["syllables"], k=2)) + rng.choice(WORDS["endings"])
        ).capitalize()

    def title(self, language: str = "en") -> str:
        return self._rng.choice(BY_LANGUAGE["titles"][language]).replace("_", " ")

    def job(self) -> str:
        rng = self._rng
        if rng.random() < 0.6:
            job = rng.choice(self._jobs)
        else:
            job = rng.choice(self._pools["en_US"]["job"])
        draw = rng.random()
        return job.capitalize() if draw < 0.3 else job.title() if draw < 0.5 else job

    def nrp(self, language: str = "") -> str:
        rng = self._rng
        value = rng.choice(BY_LANGUAGE["peoples"][language] if language else self._peoples)
        return value.lower() if rng.random() < 0.2 else value

    # Numbers and dates ----------------------------------------------------------------------

    def _digits(self, count: int) -> str:
        return "".join(self._rng.choices(string.digits, k=count))

    def identifier(self) -> str:
        rng = self._rng
        draw = rng.random()
        letters = "".join(rng.choices(string.ascii_uppercase, k=rng.choice((1, 2, 2, 3))))
        if draw < 0.3:
            return self._digits(rng.choice((4, 5, 6, 7, 8, 9, 10, 12)))
        if draw < 0.5:
            glue = rng.choice(("", " ", "-"))
            return f"{letters}{glue}{self._digits(rng.choice((3, 4, 5, 6)))}"
        if draw < 0.58:
            return " ".join(
                rng.choice((self._digits(2), rng.choice(string.ascii_lowercase), self._digits(1)))
                for _ in range(rng.choice((3, 4)))
            )
        if draw < 0.7:
            return self._digits(16) if rng.random() < 0.5 else self._grouped()
        if draw < 0.8:
            return f"{self._digits(3)}-{self._digits(2)}-{self._digits(4)}"
        if draw < 0.9:
            return f"{letters[:2]:X<2}{self._digits(2)}{letters}{self._digits(14)}"
        return "".join(
            rng.choices(string.ascii_uppercase + string.digits, k=rng.choice((6, 8, 10)))
        )

    def _grouped(self) -> str:
        return " ".join(self._digits(4) for _ in range(4))

    def phone(self) -> str:
        rng = self._rng
        if rng.random() < 0.6:
            return rng.choice(self._pools[rng.choice(LATIN)]["phone"])
        return " ".join(self._digits(k) for k in rng.choice(((10,), (3, 3, 4), (5, 5), (3, 7))))

    def email(self) -> str:
        rng = self._rng
        first, last = (stripped(n).replace(" ", "") for n in (self.first(), self.last()))
        domain = rng.choice(
            ("gmail.com", "yahoo.com", "outlook.com", "hotmail.de", "teleworm.us", "company.org")
        )
        user = rng.choice((f"{first}.{last}", f"{first}{last}", f"{first}{self._digits(2)}"))
        return f"{user}@{domain}"

    def date(self, language: str = "en") -> str:
        rng = self._rng
        day, month, year = rng.randrange(1, 29), rng.randrange(1, 13), rng.randrange(1930, 2027)
        name = BY_LANGUAGE["months"][language][month - 1]
        if language != "en":
            if language == "de":
                forms = (f"{day}. {name} {year}", f"{day}.{month}.{year}", f"{day}. {name}")
            elif language in ("es", "pt"):
                forms = (f"{day} de {name} de {year}", f"{day}/{month}/{year}", f"{day} de {name}")
            else:
                forms = (f"{day} {name} {year}", f"{day}/{month}/{year}", f"{day} {name}")
            return rng.choice(forms)
        ordinal = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
        return rng.choice(
            (
                f"{month}/{day}/{year}",
                f"{year}-{month:02}-{day:02}",
                f"{day:02}.{month:02}.{year}",
                f"{name} {day}, {year}",
                f"{day} {name} {year}",
                f"{name} {day}{ordinal}",
                f"{day}{ordinal} of {name}",
                f"{name[:3]} {day}",
                f"{year}-{month:02}-{day:02} {rng.randrange(24):02}:{rng.randrange(60):02}:12",
                self.day(),
                f"{self.day()}, {name} {day}",
            )
        )

    def day(self) -> str:
        days = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
        return self._rng.choice(days.split())

    def time(self) -> str:
        rng = self._rng
        hour, minute = rng.randrange(1, 13), rng.choice(("00", "15", "30", "45"))
        half = rng.choice(("am", "pm", " pm", "PM"))
        return rng.choice((f"{hour}:{minute}", f"{hour}{half}", f"{hour}:{minute}{half}"))

    def year(self) -> str:
        return str(self._rng.randrange(1900, 2027))

    def month_year(self) -> str:
        return f"{self._rng.choice(BY_LANGUAGE['months']['en'])} {self.year()}"

    def age(self) -> str:
        return str(self._rng.randrange(1, 99))

    def product(self) -> str:
        return self._rng.choice(self._products)

    def verb(self) -> str:
        return self._rng.choice(self._verbs)

    def noun(self) -> str:
        return self._rng.choice(self._nouns)

    def slot(self, name: str, language: str) -> tuple[str, str]:
        """A value for a slot, and its label ("O": no personal data, "?": not judged)."""
        label, draw = _SLOTS[name]
        if language:
            return {
                "ADDRESS": self.address,
                "TITLE": self.title,
                "NRP": self.nrp,
                "DATE": self.date,
            }[name](language), label
        return draw(self), label


_SLOTS: dict[str, tuple[str, Callable[[Fillers], str]]] = {
    "PERSON": ("PERSON", Fillers.person),
    "FIRST": ("PERSON", Fillers.first),
    "LAST": ("PERSON", Fillers.last),
    "LOCATION": ("LOCATION", Fillers.location),
    "ADDRESS": ("LOCATION", Fillers.address),
    "STREET": ("LOCATION", Fillers.street),
    "SECONDARY": ("LOCATION", Fillers.secondary),
    "ZIP": ("LOCATION", Fillers.zip),
    "ORG": ("ORGANIZATION", Fillers.organization),
    "TITLE": ("TITLE", Fillers.title),
    "JOB": ("TITLE", Fillers.job),
    "JOBO": ("?", Fillers.job),
    "NRP": ("NRP", Fillers.nrp),
    "DATE": ("DATE_TIME", Fillers.date),
    "DAY": ("DATE_TIME", Fillers.day),
    "TIME": ("DATE_TIME", Fillers.time),
    "YEAR": ("DATE_TIME", Fillers.year),
    "MONTHYEAR": ("DATE_TIME", Fillers.month_year),
    "AGE": ("AGE", Fillers.age),
    "PHONE": ("PHONE_NUMBER", Fillers.phone),
    "EMAIL": ("EMAIL_ADDRESS", Fillers.email),
    "ID": ("ID_NUMBER", Fillers.identifier),
    "PRODUCT": ("O", Fillers.product),
    "VERB": ("O", Fillers.verb),
    "NOUN": ("O", Fillers.noun),
}


def _pool(locale: str, count: int, secret: set[str]) -> dict[str, list[str]]:
    """Names, streets and so on of a locale that Faker knows; without the names held back."""
    fake = Faker(locale)

    def draw(method: str, size: int) -> list[str]:
        try:
            values = [getattr(fake, method)() for _ in range(size)]
        except AttributeError:
            return []
        return [value for value in values if value and stripped(value) not in secret]

    english = ["Main Street", "Church Road", "Mill Lane"]
    return {
        "first": draw("first_name", count) or ["Alex"],
        "last": draw("last_name", count) or ["Lee"],
        "street": draw("street_name", count // 2) or english,
        "city": draw("city", count // 2) or ["Springfield"],
        "address": draw("address", count // 3) or ["12 Main Street"],
        "company": draw("company", count // 2) or ["Acme"],
        "phone": draw("phone_number", count // 5) or ["555 0100"],
        "job": draw("job", count) if locale == "en_US" else [],
    }
