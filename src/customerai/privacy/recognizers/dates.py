"""Dates, times of day and ages by grammar: English well, five more languages as far as measured.

A calendar date with its year is personal data wherever it stands: it may be a day of birth. A day
without a year, a weekday, a time of day or "tomorrow" tells something about a person only where
they agree to be somewhere: so those need an appointment in the same message, or are the whole
reply to a question, or are written out in a formal message. "Now", "today" and "this week" alone
never count.
"""

from __future__ import annotations

import re
from typing import Final

from customerai.privacy.recognizers.context import ContextWords
from customerai.privacy.recognizers.gate import Gate, encoded, hint_of
from customerai.privacy.recognizers.rules import Found, Judge, RuleRecognizer, pattern_rule
from customerai.privacy.recognizers.spans import Reason

_MONTHS: Final = (
    # English, German, Spanish, French, Italian, Portuguese; then their short forms.
    r"january|february|march|april|may|june|july|august|september|october|november|december|"
    r"januar|jänner|februar|märz|maerz|mai|juni|juli|oktober|dezember|"
    r"enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|"
    r"janvier|février|fevrier|mars|avril|juin|juillet|août|aout|septembre|octobre|novembre|"
    r"décembre|decembre|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|"
    r"janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|dezembro|"
    r"jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)
_MONTH: Final = rf"(?:{_MONTHS})\b\.?"
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_ORDINAL_WORDS: Final = (
    r"first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|"
    r"thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|"
    r"twenty[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|twentieth|"
    r"thirtieth|thirty[ -]first"
)
_ORDINAL: Final = rf"(?:{_DAY}(?:\s?(?:st|nd|rd|th|er|º|ª)\b|\.)?|(?:{_ORDINAL_WORDS})\b)"
_YEAR: Final = r"(?:(?:1[89]|20)\d\d)"
_WEEKDAY: Final = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)|"
    r"(?:lunes|martes|miércoles|miercoles|jueves|viernes|sábado|sabado|domingo)|"
    r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)|"
    r"(?:lunedì|martedì|mercoledì|giovedì|venerdì|domenica)|"
    r"(?:segunda|terça|quarta|quinta|sexta)-feira)"
)
_SHORT_WEEKDAY: Final = rf"(?:{_WEEKDAY}|mon|tues?|wed|thur?s?|fri|sat|sun)\b\.?"
_CLOCK: Final = (
    r"(?:(?:[01]?\d|2[0-4])[:.][0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?\s?(?:[ap]\.?\s?m\b\.?)?|"
    r"(?:1[0-2]|0?[1-9])[0-5]?\d?\s?(?:[ap]\.\s?m\.|[ap]\.?m\b|o'?\s?clock\b))"
)
_ZONE: Final = r"(?:\s?(?:Z|UTC|GMT|[A-Z]{2,4}T)\b|\s?[+-]\d{2}:?\d{2}\b)?"
_NUMBER_WORD: Final = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    r"sixteen|seventeen|eighteen|nineteen|twenty(?:[ -](?:one|two|three|four|five|six|seven|"
    r"eight|nine))?|thirty(?:[ -]one)?)"
)
_HOUR_WORD: Final = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_PART_OF_DAY: Final = (
    r"(?:\s(?:in the (?:early |late )?(?:morning|afternoon|evening)|at (?:night|noon)|tonight|"
    r"this (?:morning|afternoon|evening)|sharp)\b)"
)

# With a year.
_FULL: Final = re.compile(
    rf"(?<!\w)(?:{_SHORT_WEEKDAY},?\s+)?(?:the\s+)?(?:"
    rf"{_ORDINAL}[\s.-]?\s?(?:of\s+|de\s+|do\s+|-)?{_MONTH}(?:,?(?:\s|-|\s+(?:of|de|del|do)\s+)"
    rf"\s?(?:{_YEAR}|'?\d\d\b))|"
    rf"{_MONTH}\s?(?:the\s+)?{_ORDINAL}(?:\s?(?:-|to|and|&)\s?{_ORDINAL})?\s*,?\s*{_YEAR})(?!\w)",
    re.IGNORECASE,
)
_MONTH_AND_YEAR: Final = re.compile(
    rf"(?<!\w){_MONTH},?\s+(?:of\s+|de\s+)?{_YEAR}(?!\w)", re.IGNORECASE
)
# Without one; the month may be meant only beside a day, so "may", "march" and "second" alone never.
_DAY_MONTH: Final = re.compile(
    rf"(?<!\w)(?:{_SHORT_WEEKDAY},?\s+)?(?:the\s+)?(?:"
    rf"{_ORDINAL}\s?(?:of\s+|de\s+|di\s+|-)?(?!may\s(?:i|we|you|be|not|have)\b){_MONTH}|"
    rf"{_MONTH}\s?(?:the\s+)?{_ORDINAL}(?:\s?(?:-|to|and|&)\s?{_ORDINAL})?)(?!\w|:\d)",
    re.IGNORECASE,
)
_NUMERIC: Final = re.compile(
    r"(?<![\w/.-])(?:"
    r"(?P<y>(?:1[89]|20)\d\d)(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
    rf"(?:[T ]{_CLOCK}{_ZONE})?|"
    r"(?P<a>\d{1,2})(?P<t>\s?[-/.]\s?)(?P<b>\d{1,2})(?P=t)(?P<c>(?:1[89]|20)?\d\d)"
    rf"(?:,?\s{_CLOCK}{_ZONE})?"
    r")(?![\w/-]|\.\d)"
)
_SHORT: Final = re.compile(r"(?<![\w/.$€£-])(\d{1,2})/(\d{1,2})(?![\w/%-]|\.\d)")
_MONTH_YEAR: Final = re.compile(
    r"(?<![\w/.-])(?:0?[1-9]|1[0-2])[/-](?:(?:19|20)\d\d|\d\d)(?![\w/-])"
)
_TIME: Final = re.compile(rf"(?<![\w:.$€£]){_CLOCK}{_PART_OF_DAY}?(?![\w:]|\.\d)", re.IGNORECASE)
_TIME_ABROAD: Final = re.compile(
    r"(?<![\w:.$€£])(?:[01]?\d|2[0-4])(?:[:.][0-5]\d)?\s?(?:uhr(?:\s[0-5]\d)?|h(?:[0-5]\d)?|heures?"
    r"(?:\s[0-5]\d)?|horas?|ore)(?!\w)|"
    r"(?<!\w)(?:a las?|às|alle|à)\s(?:[01]?\d|2[0-4])(?:[:.][0-5]\d)?(?:\s(?:y media|y cuarto|"
    r"e meia|e mezza))?(?:\sde la (?:mañana|tarde|noche)|\sda (?:manhã|tarde|noite))?(?![\w:])",
    re.IGNORECASE,
)
_WORD_TIME: Final = re.compile(
    rf"(?<!\w)(?:(?:half|quarter|ten|twenty|five)\s(?:past|to|after|before)\s"
    rf"(?:{_HOUR_WORD}|\d{{1,2}})\b(?:\s?(?:[ap]\.?m\b\.?|o'?\s?clock\b))?|half\s{_HOUR_WORD}\b|"
    rf"{_HOUR_WORD}(?:\s(?:fifteen|thirty|forty[ -]?five|ten|twenty|forty|fifty))?\s"
    rf"(?:[ap]\.?\s?m\b\.?|o'?\s?clock\b)|{_HOUR_WORD}\s(?:fifteen|thirty|forty[ -]?five)\b)"
    rf"{_PART_OF_DAY}?",
    re.IGNORECASE,
)
_LOOSE_TIME: Final = re.compile(
    rf"(?<!\w)(?:at|around|by|after|before|until|till|past)\s"
    rf"(?:like\s|around\s|about\s)?"
    rf"(?P<time>(?:1[0-2]|[1-9])(?:[0-5]\d)?(?:\s?ish|\sor so)?{_PART_OF_DAY}?|"
    rf"{_HOUR_WORD}(?:\s?ish)?{_PART_OF_DAY}?|(?:1\d|2[0-3])[0-5]\d(?:\s?hours|\s?hrs|h)?|"
    rf"(?:noon|midday|midnight|lunch ?time|dinner ?time))"
    rf"(?![\w:.,/-]\w|\s?(?:people|persons?|guests?|adults?|kids|children|of us|others?|friends|"
    rf"family|members|seats?|pax|diners|minutes?|mins?|hours?|days?|weeks?|months?|years?|more|%|"
    rf"diff|dollars|euros|pounds|usd|eur|times|items?|tables?|st|nd|rd|th)\b|\w|['’])",
    re.IGNORECASE,
)
_NOON: Final = re.compile(
    rf"(?<!\w)(?:12\s?)?(?:noon|midday|midnight)\b|(?<!\w)\d{{1,2}}(?:[:.]?[0-5]\d)?\s?ish\b|"
    rf"(?<!\w)\d{{1,2}}(?:[:.][0-5]\d)?{_PART_OF_DAY}",
    re.IGNORECASE,
)
_WEEKDAY_ALONE: Final = re.compile(
    rf"(?<!\w)(?:(?:next|this|coming|last|following)\s(?:coming\s)?)?{_WEEKDAY}"
    rf"(?:\s(?:the\s)?{_DAY}(?:st|nd|rd|th)\b)?(?:\sweek\b)?(?!\w)",
    re.IGNORECASE,
)
_SHORT_ALONE: Final = re.compile(
    r"(?<!\w)(?:on|next|this|for)\s(?P<day>(?:mon|tues?|wed|thur?s?|fri|sat|sun)\b)(?!\w)",
    re.IGNORECASE,
)
_DAY_ALONE: Final = re.compile(
    rf"(?<!\w)(?:on|for|by|until|till|from|to be|is|the date is)\s(?P<day>(?:the\s)?"
    rf"(?:{_DAY}(?:st|nd|rd|th)\b|(?:{_ORDINAL_WORDS})\b)(?:\sof\s(?:this|next)\smonth)?)"
    rf"(?!\s(?:time|one|person|floor|street|attempt|card|item|option|party|class))",
    re.IGNORECASE,
)
_RELATIVE: Final = re.compile(
    rf"(?<!\w)(?:in\s(?:the next\s|about\s)?(?:{_NUMBER_WORD}|\d{{1,2}}|a|an|"
    rf"half an|"
    rf"a couple of|a few)\s(?:days?|weeks?|months?|hours?|fortnight)(?:['’]?\s?time)?\b|"
    rf"(?:{_NUMBER_WORD}|\d{{1,2}}|a|an)\s(?:days?|weeks?|months?|hours?)\s(?:from\s(?:now|today|"
    rf"tomorrow)|hence)\b)",
    re.IGNORECASE,
)
_NEAR_DAY: Final = re.compile(
    r"(?<!\w)(?:the\s)?(?:day\s(?:after|before)\s)?(?:tomorrow|tonight|tonite|tmrw?|tommorow|"
    r"tomorow|yesterday|overmorgen|übermorgen|mañana|demain|morgen|amanhã|domani)"
    r"(?:\s(?:morning|afternoon|evening|night|noon|lunch(?:time)?))?\b|"
    r"(?<!\w)today\b(?=[^.?!\n]{0,24}\d)|(?<=\d)\s?today\b|(?<!\w)this\s(?:morning|afternoon|"
    r"evening|weekend|coming weekend)\b|(?<!\w)next\s(?:weekend|week)\b",
    re.IGNORECASE,
)
_BARE_REPLY: Final = re.compile(
    r"\W*(?:(?:at|for|around|about|say|maybe|make it|it's|its|lets? do|let's say|how about|yes|ok|"
    r"sure|no|i said|by|after|before|the)\W+){0,4}(?P<time>(?:1[0-2]|[1-9])|(?:1[0-2]|[1-9])"
    r"[0-5]\d|(?:[01]\d|2[0-3])[0-5]\d)(?:\W+(?:please|thanks?|thank you|would|is|will|works?|do|"
    r"be|fine|great|good|one|slot|that)){0,4}\W*",
    re.IGNORECASE,
)
_YEAR_ALONE: Final = re.compile(
    rf"\b(?:in|since|during|from|until|till|by|of|year|around|before|after|born|circa|and|to)\s"
    rf"(?P<year>{_YEAR})(?:s\b)?(?![\w/%.,:-]*\d)(?!\s?[$€£%])",
    re.IGNORECASE,
)
_COMPACT: Final = re.compile(r"(?<!\d)\d{8}(?!\d)|(?<!\d)\d{6}(?!\d)")

_BIRTH: Final = ContextWords(
    r"born|birth(?:day|date)?|date of birth|d\.?o\.?b\.?|geboren|geburtsdatum|geburtstag|"
    r"nacimiento|nacid[oa]|naissance|née?|nascimento|nascid[oa]|nascita|nat[oa] il"
)
_DATE_WORDS: Final = ContextWords(
    r"on|by|for|from|until|till|to|dated?|expir(?:y|es|ed|ing|ation)|exp|due|since|before|after|"
    r"arriv(?:e|es|ed|ing|al)|depart(?:s|ed|ing|ure)?|check\s?(?:in|out)|born|birth\s?(?:day|"
    r"date)?|"
    r"dob|d\.o\.b\.?|between"
)
_EXPIRY: Final = ContextWords(
    r"exp(?:\.|iry|ires?|iring|iration)?|valid (?:thru|until|through|till)"
)
_APPOINTMENT: Final = ContextWords(
    r"book|books|booked|booking|bookings|rebook|rebooked|re-?schedul(?:e|ed|ing)|reserve|reserved|"
    r"reserving|reservation|reservations|reserv|table|tables|tabel|appointments?|appt|party|"
    r"guests?|"
    r"seats?|seated|seating|slots?|people|persons|peoples|diners|arriv(?:e|es|ed|ing|al)|"
    r"check-?\s?in|"
    r"check-?\s?out|pick\s?up|deliver(?:y|ed|ies)?|visit(?:ing)?|availab(?:le|ility)|a spot|"
    r"termin|reservier(?:en|ung|t)|tisch|cita|mesa|reservas?|reservar|réservation|réserver|"
    r"rendez-vous|"
    r"prenotazion[ei]|prenotare|tavolo|appuntamento|agendar|marcar|consulta"
)
_DEVICE: Final = ContextWords(
    r"alarms?|remind(?:er|ers)?|timer|weather|forecast|calendar|meetings?|flights?|fly|flying|"
    r"songs?|pto|vacations?|days off|time off|spen[dt]|transactions?|bills?|balance|convert|"
    r"time ?zones?|holidays?|playlist|directions|traffic|rain|snow|temperature|hotels?|uber|lyft|"
    r"car|todo|to do list|list|events?|agenda|w-?2|taxes|payday|paid|jury|shipment|shipping|order"
)
_FORMAL: Final = re.compile(r"[a-z0-9,;:] (?:[A-HJ-ZÀ-Þ]|I[a-z])|^[A-ZÀ-Þ][a-zà-ÿ]")
_FILLER: Final = re.compile(
    r"(?:i|we|it|it's|its|that|that's|thats|is|was|will|would|be|are|am|i'm|i'd|i'll|we'd|we'll|"
    r"like|want|need|prefer|wanted|meant|said|say|make|made|please|pls|thanks?|you|thank|yes|yep|"
    r"yeah|no|nope|ok|okay|sure|sorry|actually|maybe|perhaps|could|can|do|does|how|about|"
    r"let's|lets|go|with|on|at|in|for|by|to|from|of|the|a|an|my|our|your|date|day|time|times|or|"
    r"and|then|around|round|about|after|before|until|till|between|somewhere|something|works?|good|"
    r"great|fine|best|perfect|ideally|preferably|dinner|lunch|breakfast|brunch|supper|evening|"
    r"there|here|just|only|possible|if|instead|change|switch|move|update|not|hmm|um|uh|well|so|"
    r"currently|now|happy|take|change|one|set|keep|hi|hello|sir|exactly|approximately|roughly|"
    r"tell|have|got|any|some|free|open|opening|uhr|um|am|le|el|para|las|la|à|il|alle|dia|día)"
)
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_MAX_MONTH: Final = 12
_MAX_DAY: Final = 31


_SETTINGS: Final = Gate([hint_of(_APPOINTMENT.pattern), hint_of(_DEVICE.pattern)])


def _tied(text: str, match: re.Match[str], spare: int) -> str:
    """What ties a day or a time to a person: an appointment's word, or being the reply; ""."""
    around = text[max(0, match.start() - _REACH) : match.end() + _REACH]
    settings = _SETTINGS.open(encoded(around))
    if settings == [0]:
        word = _APPOINTMENT.pattern.search(around)
        if word is not None:
            return word[0].casefold()
    return "reply" if not settings and _is_reply(text, match, spare) else ""


def _is_reply(text: str, match: re.Match[str], spare: int) -> bool:
    """Whether a short text holds at most `spare` words that say anything else."""
    if len(text) > _MAX_REPLY:
        return False
    rest = (text[: match.start()] + " " + text[match.end() :]).casefold()
    left = [
        word
        for word in _WORD.findall(rest)
        if not _FILLER.fullmatch(word) and not _TIMELY.fullmatch(word)
    ]
    return len(left) <= spare


_MAX_REPLY: Final = 64
_REACH: Final = 160  # characters to both sides in which an appointment is looked for
_TIMELY: Final = re.compile(
    rf"(?:{_MONTHS}|{_WEEKDAY}|{_NUMBER_WORD}|\d{{1,4}}(?:st|nd|rd|th|am|pm)?|am|pm|noon|tonight|"
    r"tomorrow|morning|afternoon|night|next|this|days?|weeks?|half|quarter|past|ish|o'clock|"
    r"people|persons?|party|us|table|adults?|kids)"
)


def _weak(name: str, score: float, *, formal: float = 0.0, spare: int = 0) -> Judge:
    """A judge for what counts only where something ties it to a person.

    Args:
        score: where an appointment or a reply does.
        formal: score in a message that is written with capitals; 0: it does not count there.
        spare: words that a reply may hold beside what fills a reply anyway.
    """

    def judge(text: str, match: re.Match[str]) -> Found | None:
        tie = _tied(text, match, spare)
        if tie:
            return score, Reason(name, tie, before=formal)
        if formal and _FORMAL.search(text, max(0, match.start() - _REACH), match.end() + _REACH):
            return formal, Reason(name, before=formal)
        return None

    return judge


def _possible(_: str, match: re.Match[str]) -> bool:
    if match["y"]:
        return 0 < int(match["m"]) <= _MAX_MONTH and 0 < int(match["d"]) <= _MAX_DAY
    low, high = sorted((int(match["a"]), int(match["b"])))
    return 0 < low <= _MAX_MONTH and 0 < high <= _MAX_DAY


def _short(text: str, match: re.Match[str]) -> bool:
    low, high = sorted((int(match[1]), int(match[2])))
    return (
        0 < low <= _MAX_MONTH
        and 2 < high <= _MAX_DAY  # noqa: PLR2004 - "1/2" is a half
        and match[0] != "24/7"
        and _DATE_WORDS.before(text, match.start(), reach=16)
    )


def _clock(text: str, match: re.Match[str]) -> Found | None:
    if re.fullmatch(r"\d{1,2}\.\d\d", match[0]):
        return None
    return _clock_judge(text, match)


def _in_figures(text: str, match: re.Match[str]) -> Found | None:
    found = _loose_judge(text, match)
    return found if found is not None and found[1].context != "reply" else None


def _weekday(text: str, match: re.Match[str]) -> Found | None:
    """A day of the week, by its tie or by its capital: "we'll meet Monday at noon"."""
    found = _weekday_judge(text, match)
    return found or (
        _CAPITAL_DAY if text[match.end() - 3].islower() and match[0][0].isupper() else None
    )


_CAPITAL_DAY: Final = (0.45, Reason("date_time.weekday", before=0.45))
_weekday_judge: Final = _weak("date_time.weekday", 0.5)
_clock_judge: Final = _weak("date_time.clock", 0.75, formal=0.6, spare=1)
_loose_judge: Final = _weak("date_time.loose_time", 0.5)

DATE_TIME: Final = RuleRecognizer(
    "date_time",
    "2",
    [
        pattern_rule("date_time.written", "DATE_TIME", _FULL, 0.9),
        pattern_rule(
            "date_time.month_and_year",
            "DATE_TIME",
            _MONTH_AND_YEAR,
            0.6,
            judge=_weak("date_time.month_and_year", 0.7, formal=0.6),
        ),
        pattern_rule(
            "date_time.day_and_month",
            "DATE_TIME",
            _DAY_MONTH,
            0.7,
            judge=_weak("date_time.day_and_month", 0.7, formal=0.6, spare=1),
        ),
        pattern_rule("date_time.figures", "DATE_TIME", _NUMERIC, 0.95, accept=_possible),
        pattern_rule("date_time.day_slash_month", "DATE_TIME", _SHORT, 0.6, accept=_short),
        pattern_rule(
            "date_time.expiry",
            "DATE_TIME",
            _MONTH_YEAR,
            0.7,
            accept=lambda text, match: _EXPIRY.near(text, match.start(), match.end()),
        ),
        pattern_rule("date_time.clock", "DATE_TIME", _TIME, 0.75, judge=_clock),
        pattern_rule(
            "date_time.clock_abroad",
            "DATE_TIME",
            _TIME_ABROAD,
            0.6,
            judge=_weak("date_time.clock_abroad", 0.7, formal=0.5),
        ),
        pattern_rule(
            "date_time.clock_in_words",
            "DATE_TIME",
            _WORD_TIME,
            0.6,
            judge=_weak("date_time.clock_in_words", 0.7, spare=1),
        ),
        pattern_rule(
            "date_time.loose_time", "DATE_TIME", _LOOSE_TIME, 0.5, group="time", judge=_in_figures
        ),
        pattern_rule("date_time.noon", "DATE_TIME", _NOON, 0.5, judge=_weak("date_time.noon", 0.5)),
        pattern_rule(
            "date_time.weekday",
            "DATE_TIME",
            _WEEKDAY_ALONE,
            0.5,
            judge=_weekday,
        ),
        pattern_rule(
            "date_time.short_weekday",
            "DATE_TIME",
            _SHORT_ALONE,
            0.5,
            group="day",
            judge=_weak("date_time.short_weekday", 0.5),
        ),
        pattern_rule(
            "date_time.day",
            "DATE_TIME",
            _DAY_ALONE,
            0.5,
            group="day",
            judge=_weak("date_time.day", 0.5),
        ),
        pattern_rule(
            "date_time.relative",
            "DATE_TIME",
            _RELATIVE,
            0.5,
            judge=_weak("date_time.relative", 0.5),
        ),
        pattern_rule(
            "date_time.near_day",
            "DATE_TIME",
            _NEAR_DAY,
            0.5,
            judge=_weak("date_time.near_day", 0.5),
        ),
        pattern_rule(
            "date_time.bare_reply",
            "DATE_TIME",
            _BARE_REPLY,
            0.45,
            group="time",
            accept=lambda text, _: len(text) > 2,  # noqa: PLR2004 - "5" may be any number
            whole=_MAX_REPLY,
            hint="[0-9]",
        ),
        pattern_rule("date_time.year", "DATE_TIME", _YEAR_ALONE, 0.5, group="year"),
        pattern_rule(
            "date_time.compact_birth",
            "DATE_TIME",
            _COMPACT,
            0.8,
            accept=lambda text, match: _BIRTH.before(text, match.start()),
        ),
    ],
)
"""DATE_TIME: calendar dates in figures or words, times of day, days agreed on."""


_AGE: Final = re.compile(
    r"(?<![\w.$€£/:-])(?P<age>\d{1,3})(?:\s*-?\s*(?:years?|yrs?|y/?o|months?|weeks?)\s*-?\s*"
    r"(?:old|of age)\b|\s?y\.?/?o\.?(?!\w)|\s?años(?:\sde edad)?\b|\s?Jahre alt\b|\s?ans\b|"
    r"\s?anos(?:\sde idade)?\b|\s?anni\b)",
    re.IGNORECASE,
)
_AGED: Final = re.compile(
    r"(?<!\w)(?:aged|age(?:\s?(?:is|:|=|of))?|turn(?:ed|ing|s)|turn|alter)\s*:?\s*"
    r"(?P<age>\d{1,3})\b(?![:.,/]\d|\s?(?:%|am|pm|into|on|off|left|right))",
    re.IGNORECASE,
)
_SAID: Final = re.compile(
    r"(?<!\w)(?:i(?:'|’)?\s?a?m|(?:he|she|who)\s?(?:'s|’s|is|was))\s+"
    r"(?:(?:only|just|now|already|almost|nearly)\s+)?(?P<age>[1-9]\d)"
    r"(?=\s*(?:[.,;!?]\s|[.,;!?]?$|and\b|but\b|years?\b|female|male|man|woman|m\b|f\b))",
    re.IGNORECASE,
)
_MAX_AGE: Final = 120
_SPAN_OF_TIME: Final = re.compile(
    r"(?:hace|desde|durante|por|in|seit|depuis|pendant|il y a|da|per|há|for|en|dans|après|tra|fa|"
    r"ogni|cada|chaque|todos os|every|dentro de)\s(?:\w{2,5}\s)?$",
    re.IGNORECASE,
)


def _age_possible(text: str, match: re.Match[str]) -> bool:
    return int(match["age"]) <= _MAX_AGE and not _SPAN_OF_TIME.search(
        text, max(0, match.start() - 16), match.start()
    )


AGE: Final = RuleRecognizer(
    "age",
    "2",
    [
        pattern_rule("age.years_old", "AGE", _AGE, 0.8, group="age", accept=_age_possible),
        pattern_rule("age.aged", "AGE", _AGED, 0.8, group="age", accept=_age_possible),
        pattern_rule("age.said", "AGE", _SAID, 0.7, group="age", accept=_age_possible),
    ],
)
"""AGE: the number of years that a person is said to be."""
