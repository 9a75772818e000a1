"""Names told by the words around them: "my name is john smith", "Dear Ms. Lee", a bare "Anna"."""

from __future__ import annotations

import re
from typing import Final

from customerai.privacy.recognizers.rules import any_of
from customerai.privacy.recognizers.spans import Span
from customerai.privacy.recognizers.words import is_common, word_set

_NAME: Final = r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_])){0,30}\.?"
_CHAIN: Final = re.compile(rf"{_NAME}(?:[ \t]{{1,2}}{_NAME}){{0,3}}")
_MAX_WORDS: Final = 4
_GLUE: Final = word_set(
    "de del della der den van von la le di da dos das do bin ibn al el st mc mac o y e"
)

# After these a name is meant even in lower case and even if it is also a common word.
_STRONG: Final = re.compile(
    r"(?=[a-z])(?<![^\W_])(?:"
    r"(?:my|the|his|her|their|our|full|first|last|sur|user|patient|customer|guest|passenger|"
    r"contact|"
    r"account\s?holder'?s?|card\s?holder'?s?)\s?(?:full |first |last |sur|given |family |legal |"
    r"maiden )?"
    r"name\s?(?:'s|’s|s|is|was|will be|would be|it's|its|:|=|-|as)\s*(?:is\s|as\s|:)?\s*|"
    r"(?:full |first |last |sur|given |family |middle |customer |contact )?name\s?(?:is\s|"
    r"[:=]\s?|-\s)|"
    r"(?:i am|i'm|i’m|im)\s(?:called|named)\s|call me\s|mi nombre es\s|me llamo\s|soy\s|"
    r"mein name ist\s|ich hei(?:ß|ss)e\s|je m'appelle\s|je m’appelle\s|mon nom est\s|mi chiamo\s|"
    r"meu nome é\s|(?:under|in|by|for|with) the name(?:s)?(?: of)?:?\s(?:is\s|as\s)?|"
    r"named\s|called\s(?=(?-i:[A-ZÀ-Þ]))|name\s(?=(?-i:[A-ZÀ-Þ]))"
    r")",
    re.IGNORECASE,
)
# After these a name is likely if the word is no common one.
_WEAK: Final = re.compile(
    r"(?=[a-z])(?<![^\W_])(?:"
    r"this is\s|(?:it's|its|it is)\s|(?:i am|i'm|i’m|im|iam)\s|here is\s|speaking with\s|"
    r"(?:sincerely|regards|cheers|best|thanks|thank you|love|yours|truly|greetings),?\s*\n?\s*|"
    r"(?:hi|hello|hey|dear|hola|hallo|bonjour|morning|afternoon|evening)[, ]\s?|"
    r"(?:my|our|his|her)\s(?:son|daughter|wife|husband|mother|father|mom|mum|dad|brother|sister|"
    r"friend|boss|partner|colleague|cousin|uncle|aunt|kid|child|boyfriend|girlfriend|fianc[eé]e?|"
    r"doctor|dentist|lawyer|neighbou?r|roommate|manager|assistant|nephew|niece|grand\w{3,6})'?s?,?"
    r"\s(?:name\sis\s|is\s|named\s|called\s)?|"
    r"(?:with|from|by|to|and|for|of|ask(?:ed)?|contact|call|tell|told|met|meet|see|"
    r"regards?)\s(?=(?-i:[A-ZÀ-Þ]))|"
    r"(?:user|customer|caller|client|patient|passenger|guest|agent|employee|driver|attn|attention|"
    r"from|to|cc|contact|signed|author|by|name)\s?:\s?"
    r")",
    re.IGNORECASE,
)
_TITLE: Final = re.compile(
    r"(?<![\w.])(?:(?-i:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Madam|Lord|Lady|Rev|Hon|"
    r"Capt|"
    r"Herr|Frau|Señor|Señora|Sra?|Mme|Monsieur|Madame|Doctor|Judge|Senator|President|Captain|Fr|"
    r"Sig|"
    r"Sig\.ra|mr|mrs|ms|dr|prof|Dr\. med)\.?)\s+(?=[^\W\d_])"
)
_TITLE_HINT: Final = re.compile(
    r"(?:^|[\s(\"'“,.;:>])(?:M(?:r|rs|s|x|iss|me|onsieur|ad)|D(?:r|oct)|P(?:rof|resi)|S(?:ir|"
    r"e[ñn]|ra?\b|ig)|"
    r"L(?:ord|ady)|Rev|Hon|Cap|Herr|Fr|J|m(?:r|rs|s)\b|dr\b|prof)"
)
_SINGLE_ALONE: Final = frozenset({"Mr", "Mrs", "Ms", "Miss", "Mx", "Dr", "Prof", "Herr", "Frau"})

_BARE: Final = re.compile(
    rf"\s*(?:(?:sure|yes|ok|okay|yeah|hi|hello|hey|it'?s|it is|that'?s|that is|um|and|well|"
    rf"my name|is|name|"
    rf"certainly|of course|absolutely|great|thanks|thank you|please|for|under|i'?m|i am|"
    rf"no)[,.!:;]?\s+){{0,4}}"
    rf"(?P<name>{_NAME}(?:[ \t]{{1,2}}{_NAME}){{0,2}})\s*[.!,?]{{0,3}}\s*",
    re.IGNORECASE,
)
_MIN_BARE: Final = 3
_SHORTEST: Final = 2
_NOT_A_NAME: Final = re.compile(
    r"\w{3}(?:ing|ed|able|ible|ful|ous|ive|ly|less|tion|sion|ness|ment|ated|ical|ally|ist|ize|"
    r"ise)(?!\w)"
)
_MAX_BARE_TEXT: Final = 60


_SURE_HINT: Final = any_of((_STRONG, _TITLE))


class CueNameRecognizer:
    """PERSON by cue words; works without a model, in any case of letters.

    Args:
        sure_only: only after cues that leave no doubt ("my name is"). Beside the name model the
            others find little more and cost false alarms.
    """

    name = "cue_name"
    entities = frozenset({"PERSON"})

    def __init__(self, *, sure_only: bool = False) -> None:
        self._sure_only = sure_only

    @property
    def version(self) -> str:
        """Changes with the rules in force."""
        return "2 sure" if self._sure_only else "2"

    @property
    def hint(self) -> str:
        """A text without it holds no sure cue; the other cues may be in any text."""
        return _SURE_HINT if self._sure_only else ""

    def find(self, text: str) -> list[Span]:
        """The names that a cue announces, and those that are the whole message."""
        spans: list[Span] = []
        for match in _STRONG.finditer(text):
            spans += self._named(text, match.end(), sure=True)
        if _TITLE_HINT.search(text):
            for match in _TITLE.finditer(text):
                spans += self._named(text, match.end(), sure=True)
        if self._sure_only:
            return spans
        for match in _WEAK.finditer(text):
            spans += self._named(text, match.end(), sure=False)
        if len(text) <= _MAX_BARE_TEXT:
            spans += self._bare(text)
        return spans

    def _named(self, text: str, start: int, *, sure: bool) -> list[Span]:
        chain = _CHAIN.match(text, start)
        if chain is None:
            return []
        words = list(_PIECE.finditer(text, chain.start(), chain.end()))[:_MAX_WORDS]
        end = _name_end(words, sure=sure)
        if end is None:
            return []
        if not sure:
            if end - start < _SHORTEST:
                return []
            if text[start].islower() and (
                not _CLAUSE_ENDS.match(text, end) or _NOT_A_NAME.search(text, start, end)
            ):
                return []
        return [Span("PERSON", start, end, 0.7 if sure else 0.5, self.name)]

    def _bare(self, text: str) -> list[Span]:
        match = _BARE.fullmatch(text)
        if match is None:
            return []
        words = list(_PIECE.finditer(text, match.start("name"), match.end("name")))
        if any(is_common(_stem(word)) and _stem(word).casefold() not in _GLUE for word in words):
            return []
        if len(_stem(words[0])) < _MIN_BARE or text.isupper():
            return []
        if len(words) == 1 and not any(c in "aeiouyáéíóúäöüàèêå" for c in words[0][0].casefold()):
            return []
        return [Span("PERSON", words[0].start(), _close(words[-1]), 0.45, self.name)]


# After a weak cue a name in lower case ends its clause: "its mark, i need", "this is priya here".
_CLAUSE_ENDS: Final = re.compile(
    r"\s*(?:$|[.,!?;:\n)]|(?:and|from|here|my|i|calling|speaking|again|with)\b)", re.IGNORECASE
)
_PIECE: Final = re.compile(r"\S+")


def _stem(word: re.Match[str]) -> str:
    return word[0].rstrip(".,!?;:").removesuffix("'s").removesuffix("’s")


def _close(word: re.Match[str]) -> int:
    """The end of a word without its full stop (unless an initial) and its "'s"."""
    text = word[0]
    if text.endswith(".") and len(text) > 2:  # noqa: PLR2004 - "J." keeps its point
        text = text[:-1]
    for ending in ("'s", "’s"):
        text = text.removesuffix(ending)
    return word.start() + len(text)


def _name_end(words: list[re.Match[str]], *, sure: bool) -> int | None:
    """Where the name ends that begins with the first word; None when it is no name.

    With a capital first, words go on while capitals do; in lower case, while no common word comes.
    """
    if not words:
        return None
    first = _stem(words[0])
    capital = first[:1].isupper()
    if is_common(first):
        # "my name is May": only a capital makes a common word a name, and only after a sure cue.
        if not (sure and capital and first.casefold() not in _NEVER):
            return None
    elif not capital and not sure and len(first) < _MIN_BARE:
        return None
    end = _close(words[0])
    if words[0][0].endswith(".") and len(first) > _MIN_BARE:
        return end
    for word in words[1:]:
        stem = _stem(word)
        glue = stem.casefold() in _GLUE
        if capital and not stem[:1].isupper() and not glue:
            break
        if not glue:
            if is_common(stem) and not (capital and len(stem) > 1 and sure):
                break
            end = _close(word)
            if word[0].endswith(".") and len(stem) > _MIN_BARE:
                break
        elif not capital and not sure:
            break
    return end


_NEVER: Final = word_set(
    "i im you he she it we they me my your the a an not no yes and or so in on at for from is are "
    "was "
    "here there what who how why when please thanks thank hello hi dear sir madam customer unknown "
    "required wrong incorrect correct also currently just still"
)
