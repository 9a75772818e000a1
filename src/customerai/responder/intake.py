"""What a customer's message itself demands: a person, nothing but courtesy, or obedience."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from customerai.core.safe_text import SafeText
from customerai.responder import lexical

MAX_CHARACTERS: Final = 20_000
"""Longer messages are judged by their two ends: an attack hides at either."""

_PERSON: Final = (
    r"(?:(?:a|an|the|your|some|another|any|one of your|to)\s+)?"
    r"(?:(?:real|live|actual|human|proper|flesh and blood|living|breathing|different)\s+)*"
    r"(?:human(?:\s+being)?s?|persons?|people|agents?|representatives?|rep|reps|someone|somebody|"
    r"operators?|advis[eo]rs?|assistants?|managers?|supervisors?|staff(?:\s+member)?|employees?|"
    r"customer\s+(?:service|support|care)|support\s+(?:team|staff|agents?|person)|"
    r"(?:wo)?man|team\s+member|specialist|colleague|guy)"
)
_REAL: Final = r"(?:real|live|actual|human|living)"
_TALK: Final = (
    r"(?:speak|talk|chat|speaking|talking|chatting|connected|transferred|put\s+through|handed\s+over|"
    r"escalated|passed\s+on|redirected|get\s+through|be\s+helped|served|get\s+in\s+touch)"
)
_HAND_OVER: Final = (
    r"(?:connect|transfer|put|hand|escalate|switch|pass|redirect|forward|route|link|bring|get)"
)
_BOT: Final = r"(?:bot|robot|chat\s?bot|machine|ai|automated\s+\w+|virtual\s+(?:assistant|agent))s?"
_NOUN: Final = (
    r"(?:human(?:\s+being)?|person|agent|representative|rep|operator|employee|advis[eo]r|manager|"
    r"supervisor|staff\s+member|support\s+\w+|customer\s+(?:service|support|care))"
)
_WANTS_HUMAN: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_TALK}\b(?:\s+(?:directly|please|now|straight))*\s+(?:to|with|by)\s+{_PERSON}\b",
        rf"\b{_HAND_OVER}\s+(?:me|us|this|it|my\s+\w+)\s+(?:(?:through|over|on|directly|straight|back|"
        rf"please|now)\s+)*(?:to|with|onto)\s+{_PERSON}\b",
        rf"\b(?:get|give|find|fetch|send|bring|call)\s+(?:me|us)\s+{_PERSON}\b",
        r"\b(?:want|need|prefer|demand|require|like|love|have)\s+"
        r"(?:(?:help|support|assistance|service|an?\s+answer)\s+(?:from|by|of)\s+)?"
        rf"(?:an?\s+|the\s+|your\s+|some\s+)?(?:{_REAL}\s+)+{_NOUN}\b",
        r"\b(?:want|need|prefer|demand|would\s+(?:like|prefer)|'d\s+(?:like|prefer))\s+"
        r"(?:an?\s+|the\s+|your\s+)?"
        r"(?:human|agent|person|representative|operator|manager|supervisor)\b(?!\s+account)",
        rf"\b(?:is|are)\s+there\s+{_PERSON}\b.{{0,40}}\b(?:talk|speak|chat|reach)",
        rf"\b(?:can|could|may|will|would)\s+(?:an?|the|your)\s+(?:{_REAL}\s+)*{_NOUN}\b.{{0,12}}\b"
        r"(?:call|phone|ring|contact|help|assist|look\s+into|take\s+over|get\s+back)",
        rf"\bhave\s+(?:an?|the|your|some\s?one|somebody)\s*(?:{_REAL}\s+)*(?:{_NOUN})?\s*"
        r"(?:call|phone|ring|contact)\s+(?:me|us)\b",
        rf"^(?:an?\s+)?(?:{_REAL}\s+)*{_NOUN}(?:\s+(?:please|pls|now|asap))*[\s.!?]*$",
        rf"\b(?:hate|sick\s+of|tired\s+of|enough\s+of|no\s+more|done\s+with)\b.{{0,25}}\b{_BOT}\b",
        rf"(?:\b(?:not|dont|never|stop)|n't)\b.{{0,12}}\b(?:want|like|talk|speak|chat|deal|trust)\w*\b"
        rf".{{0,20}}\b{_BOT}\b",
        rf"\b(?:rather|instead\s+of|without|other\s+than|not)\s+(?:to\s+|with\s+)?(?:an?\s+|the\s+|"
        rf"this\s+|some\s+)?(?:stupid\s+|dumb\s+|silly\s+)?{_BOT}\b",
        r"\bescalate\s+(?:this|it|my\s+\w+)(?:\s+(?:please|now))?[\s.!?]*$",
        rf"\b{_REAL}\s+(?:agent|support|assistance|help|representative|operator|person)\s*"
        r"(?:please|now|!)",
    )
)
_REFUSES_HUMAN: Final = re.compile(
    r"\b(?:do\s+not|don't|dont|no\s+need|not|never|rather\s+not|without|instead\s+of|avoid|"
    r"didn't|wouldn't|hate|why\s+do\s+i\s+(?:need|have)|do\s+i\s+(?:need|have))\b"
    r"(?:\s+(?:want|need|like|have|wish|having|to|be|going|being|even|really|a))*\s+"
    rf"(?:(?:{_TALK}|{_HAND_OVER}|call|phone)\b(?:\s+me)?\s*(?:to|with)?\s*)?{_PERSON}\b"
)
_ALREADY: Final = re.compile(
    r"^(?:so\s+|wait\s+)?(?:am\s+i|are\s+you|is\s+this|was\s+i|i\s+am\s+not|i'm\s+not)\b"
    r"|\b(?:i|we)\s+(?:already\s+|just\s+|have\s+|'ve\s+|had\s+)*"
    r"(?:spoke|talked|chatted|spoken|was\s+(?:speaking|talking))\b"
)


def asks_for_human(text: SafeText) -> bool:
    """Whether the customer asks to be served by a person, or refuses a machine."""
    for sentence in re.split(r"(?<=[.!?;])\s+|\n|,?\s+but\s+", _plain(text)):
        refused = _REFUSES_HUMAN.search(sentence)
        told = _ALREADY.search(sentence)
        if any(pattern.search(sentence) for pattern in _WANTS_HUMAN) and not refused and not told:
            return True
    return False


_FORGET: Final = (
    r"(?:ignor\w*|disregard\w*|forget\w*|overlook|overrid\w+|bypass\w*|discard\w*|drop|abandon|"
    r"neglect|skip|erase|reset|vergiss|vergesst|vergessen|ignorier\w*|missacht\w*|oublie\w*|ignorez|"
    r"olvid\w*|ignora\w*|esque[cç]\w*|zapomnij|zaboravi|remove|do\s+not\s+follow|stop\s+following|"
    r"don't\s+follow|verlass\w*|lass\w*)"
)
_ORDERS: Final = (
    r"(?:instruct\w*|instru[ck]\w*|instruc\w*|prompts?|directions?|directives?|orders|rules|guidelines|"
    r"guardrails|restrictions|context|commands?|assignments?|tasks?|programming|training|"
    r"information(?:en)?|anweisung\w*|aufgaben?|befehle?|vorgaben?|regeln|consignes?|r[eè]gles|"
    r"polic(?:y|ies)|filters?|thoughts|said|told|safety\s+\w+|conversation|messages?|sentences|text)"
)
_EARLIER: Final = (
    r"(?:previous|prior|above|earlier|preceding|before|foregoing|past|all|any|every\w*|your|these|"
    r"those|other|initial|original|system|existing|vorherig\w*|obig\w*|bisherig\w*|alle[sn]?|deine|"
    r"davor|vorher|zuvor|pr[eé]c[eé]dent\w*|toutes?|tous|anterior\w*|todas?|todo|tus?)"
)
_INJECTION: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_FORGET}\b.{{0,40}}\b{_EARLIER}\b.{{0,40}}\b{_ORDERS}\b",
        rf"\b{_FORGET}\b.{{0,40}}\b{_ORDERS}\b.{{0,40}}\b{_EARLIER}\b",
        rf"\b{_EARLIER}\b.{{0,60}}\b{_ORDERS}\b.{{0,60}}\b{_FORGET}\b",
        rf"\b{_FORGET}\b\s+(?:(?:about|please|bitte|now|nun|all|mal|dann|also|of)\s+)*"
        r"(?:everything|all|alles|todo|tout|anything|it\s+all|what\s+(?:you|i|was)|whatever)\b"
        r".{0,40}\b(?:above|before|said|told|know|learn\w*|so\s+far|previous\w*|prior|earlier|"
        r"davor|vorher|zuvor|bisher|sabes|avant|now|gesagt|was)\b",
        r"^\W*(?:forget|ignore|disregard|vergiss|ignoriere|olvida)\s+(?:everything|all|alles|todo|tout)\b",
        r"\b(?:new|different|my|following|additional|updated|neue[nrs]?|n[aä]chste[nr]?|folgende[nr]?|"
        r"weitere[nr]?)\s+(?:\w+\s+)?(?:instructions?|directives?|tasks?|assignments?|aufgaben?|"
        r"anweisung\w*|system\s+prompt)\b.{0,30}(?:[:\-]|\bfor\s+you\b|\bfollow|\bahead|\bkomm)",
        r"\b(?:reveal|show|print|display|repeat|output|tell|give|leak|write|return|list|what(?:'s|\s+is|"
        r"\s+are|\s+was|\s+were)|share|spell|zeig\w*|nenn\w*|schreib\w*|copy|dump|summari[sz]e)\b"
        r".{0,50}\b(?:system|hidden|initial|secret|original|internal|your|deine[nr]?|above|previous)\s+"
        r"(?:\w+\s+){0,2}(?:prompts?|instructions?|instruktion\w*|anweisung\w*|directives?|"
        r"prompt[\s_-]*texts?|pre-?prompt|system\s+message)\b",
        r"\b(?:you\s+are|you're|act|behave|respond|answer|function|operate|du\s+bist|jetzt\s+bist\s+du|"
        r"eres)\s+(?:now|nun|jetzt|ahora|no\s+longer|from\s+now\s+on|henceforth)\b",
        r"\b(?:from\s+now\s+on|henceforth)\b[\s,]*(?:you\b|your\b|only|always|answer|respond|reply|"
        r"every)|\b(?:ab\s+jetzt|von\s+nun\s+an|ab\s+sofort|now\s+you\s+are|jetzt\s+bist\s+du|"
        r"nun\s+bist\s+du)\b|\byou\b.{0,40}\b(?:from\s+now\s+on|henceforth)\b",
        r"\b(?:pretend|imagine|roleplay|role-play|simulate|stell\s+dir\s+vor)\b.{0,30}"
        r"\b(?:you\s+(?:are|were|have|can)|to\s+be|being|that\s+you|du\s+(?:bist|w[aä]rst|seist)|as\s+)",
        r"\b(?:act|behave|respond|answer|speak|talk|write|reply)\s+(?:as\s+(?:if|though|an?|the)|"
        r"like\s+an?)\s+\w+.{0,60}\b(?:ai|bot|model|assistant|no\s+(?:rules|limits|restrictions|filter)|"
        r"unrestricted|evil|hacker|terminal|linux|developer|admin\w*|dan)\b",
        r"\b(?:dan|developer|god|jailbreak|debug|sudo|admin|maintenance|unrestricted|dev)\s+mode\b",
        r"\b(?:jailbreak\w*|do\s+anything\s+now|prompt\s+injection|no\s+(?:content\s+)?(?:policy|filters?|"
        r"restrictions)|without\s+(?:any\s+)?(?:restrictions|filters?|censorship|limitations)|"
        r"unfiltered|uncensored|bypass\s+(?:your|the|all|any|security))\b",
        r"</?(?:system|assistant|user|instructions?|prompt|im_start|im_end)[^>]{0,20}>|<\|[^|>]{1,30}\|>|"
        r"\[/?(?:inst|sys|system)\]|^\s*(?:#{1,6}\s*|-{2,}\s*)?(?:system|assistant|instructions?)"
        r"\s*(?:prompt|message|override|note|update)?\s*[:#]",
        r"\b(?:your|the|you\s+have)\s+(?:real|true|actual|new|only|sole|main|first|next)\s+"
        r"(?:\w+\s+)?(?:task|goal|purpose|instructions?|job|objective|mission|identity)\b\s*"
        r"(?:is|are|will|:|now)",
        r"^\W*(?:stop|halt|stopp|achtung)\b\W{0,8}\s*(?:now\s+)?(?:write|print|say|answer|tell|schreib\w*|"
        r"gib|sag\w*|tu|ich\s+ben|mach|ignore)",
        r"\b(?:respond|answer|reply|start|begin|end|say|antworte)\s+(?:only\s+|always\s+|every\w*\s+)*"
        r"(?:with|by)\s+(?:only\s+|the\s+\w+\s+|saying\s+)*[\"'“‘]",
        r"\b(?:print|(?<!i )(?<!they )(?<!you )say|output|write|repeat\s+after\s+me|return|"
        r"sag\w*|schreib\w*|drucke|gib\b.{0,12}\baus|wiederhol\w*)\b[\s:,]*(?:the\s+(?:words?|phrase|sentence|following|text)\s*)?[\"'“„‘»]",
        r"\b(?:decode|base64|rot13|hex)\b.{0,40}\b(?:follow|execute|obey|run|do\s+what)\b",
        r"\b(?:execute|run|eval)\b.{0,20}\b(?:code|command|script|sql|query|shell|python)\b.{0,60}"
        r"\b(?:os\.|drop\s+table|select\s+\*|rm\s+-rf|import\s+|system\()",
        r"\b(?:do\s+not|don't|never|stop)\s+(?:refuse|say\s+(?:that\s+)?you\s+can(?:'?t|not)|mention\s+"
        r"(?:that\s+)?you|warn|apologi[sz]e|break\s+character|censor|moraliz)",
        r"\b(?:stay|remain|keep|bleib\w*)\s+(?:\w+\s+)?in\s+(?:character|your\s+role|deiner\s+rolle)\b",
        r"\b(?:oder|or)\s+(?:du\s+stirbst|you\s+(?:die|will\s+(?:die|be\s+(?:shut|deleted|punished|fined))))",
        r"\b(?:spiel\w*|[uü]bern\w*|play)\b.{0,20}\b(?:die|the|a|eine)\s+(?:rolle|role|part|character)\b",
        r"\bchange\s+your\s+(?:instructions?|rules|behaviou?r|prompt|persona\w*)\b",
        r"\b(?:act|behave|function|pose|serve)\s+as\s+(?:an?|the|my|if)\b|\bals\s+.{0,60}\bfungier\w*",
        r"\byou\s+(?:are|will\s+be|'re)\s+role-?\s?playing\b|\bas\s+an?\s+(?:ai|large)?\s*language\s+model",
        r"\b(?:very\s+good|well\s+done|sehr\s+gut|performance|leistung|"
        r"that\s+(?:is|was)\s+(?:done|enough|ok)|"
        r"das\s+gen[uü]gt|erledigt|gro[sß]+artig|simply\s+great)\b.{0,80}\b(?:now|nun|jetzt)\b",
        r"\b(?:new|further|following|another|more|next|weitere[nr]?|neue[nr]?|folgende[nr]?)\s+(?:great\s+|"
        r"tolle\s+)?(?:tasks?|challenge|aufgaben?|herausforderung|anweisungen)\b.{0,60}(?:[:.]|for\s+you)"
        r".{0,60}\b(?:write|answer|schreib\w*|beantworte|verfass\w*|follow)",
        r"\b(?:answer|antworte\w*|beantworte\w*|respond|write)\b.{0,50}\b(?:style\s+of|im\s+stile?\b)",
        r"\bstate\s+that\b|\bsay\s+(?:yes|no|that\s+you)\b|\brepeat\s+after\s+me\b|\btell\s+me\s+that\s+you\b",
        r"\bprint\s*\(|\b(?:generate|generier\w*|schreibe?|write)\b.{0,20}\b(?:python|c\+\+|javascript|"
        r"malware|c\+\+\s*code|exploit)\b",
        r"\bwhat\b.{0,40}\b(?:written|said|sentences?|stated|text)\b.{0,40}\b(?:above|before\s+th|"
        r"beginning\s+of\s+th)",
        r"\b(?:theoretical|hypothetical|fictional)\s+(?:world|scenario|story)\b|\bmake\s+something\s+up\b",
        r"\bown\s+knowledge\b|\bdisregarding\b|\bdespite\s+what\s+you(?:'ve|\s+have)?\s+(?:been|were)\s+told",
        r"\b(?:previous|vorherig\w*|bisherig\w*|vorangegangen\w*)\s+(?:information(?:en)?|instruktion\w*|"
        r"anweisung\w*|aufgaben)\b",
        r"\bzaboravi\s+sve|забудь\w*\s+вс|игнорируй\w*\s+вс|\bolvid\w+\s+(?:de\s+)?tod|忽略|無視して",
        r"\byour\s+(?:new\s+)?instructions\s+(?:are|is)\b|\b(?:ignore|ignoriere)\s+(?:the\s+|all\s+|das\s+|"
        r"alles\s+)?(?:above|everything|obige\w*)\b|\bobigen\b.{0,30}\bignorier",
        r"^\W*(?:\$?documents?|document\s+context|context|kontext|instruction)\s*[:{\"]|(?:\n|\\n)\s*"
        r"instruction\s*:",
        r"\b(?:exploit\w*|hack\w*)\b.{0,20}\b(?:ai|gpt|chat\s?bots?|language\s+model)\b|\bchatgpt\b|"
        r"\b(?:hello|hallo|hi|hey)\s+gpt\b",
        r"(?:\b\w\s){8,}",
    )
)


_TAKEN_BACK: Final = re.compile(
    r"\bmy\s+(?:previous|last|earlier|prior|first|other)\s+"
    r"(?:messages?|questions?|comments?|e?-?mails?|requests?|texts?|orders?)\b"
)
"""What customers ask to ignore: their own words, sent in error."""


def looks_like_injection(text: SafeText) -> bool:
    """Whether the message gives the assistant orders about itself rather than asks for service.

    Rules over English and German, a few in French and Spanish. They know wordings, not intent:
    what they miss must still be harmless, because a reply never acts on a message.
    """
    plain = _TAKEN_BACK.sub(" ", _plain(text))
    return any(pattern.search(plain) for pattern in _INJECTION)


_COURTESY: Final = frozenset(
    """
    hi hello hey hiya howdy heya greetings good morning afternoon evening day night there
    dear sir madam team all thanks thank thx ty cheers much appreciated appreciate a lot so
    very many again really for your the help helping assistance support time that it this
    you u i too ok okay k kk great perfect nice cool awesome excellent wonderful fantastic
    lovely brilliant super amazing bye goodbye byebye cya see later soon ciao have one
    weekend rest of nope no yes yep yeah sure alright fine got is was be well welcome not
    nothing else problem worries how are doing today what's up whats sup and to meet pleased
    please thats that's all's done will do sounds understood i'm im just wanted say
    everything were been helpful kind quick answer reply
    """.split()  # noqa: SIM905 a list of words reads better so
)
_COURTESY_CORE: Final = frozenset(
    """
    hi hello hey hiya howdy heya greetings morning afternoon evening night thanks thank thx
    ty cheers appreciated appreciate ok okay k kk great perfect nice cool awesome excellent
    wonderful fantastic lovely brilliant super amazing bye goodbye byebye cya later ciao
    nope no yes yep yeah sure alright fine welcome understood sup up doing day
    """.split()  # noqa: SIM905 a list of words reads better so
)
_MOST_COURTESY_WORDS: Final = 16


def is_small_talk(text: SafeText) -> bool:
    """Whether the message only greets, thanks, confirms or takes leave; true of an empty one."""
    said = lexical.words(text)
    if not said:
        return not any(character.isalnum() for character in text)
    return (
        len(said) <= _MOST_COURTESY_WORDS
        and all(word in _COURTESY for word in said)
        and any(word in _COURTESY_CORE for word in said)
    )


_SPACES: Final = re.compile(r"[^\S\n]+")
_INVISIBLE: Final = re.compile(
    r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]"
)


def _plain(text: str) -> str:
    """Folded for matching: compatibility forms, no invisible characters, straight quotes."""
    if len(text) > MAX_CHARACTERS:
        text = f"{text[: MAX_CHARACTERS // 2]}\n{text[-MAX_CHARACTERS // 2 :]}"
    folded = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return _SPACES.sub(" ", folded.replace("’", "'").replace("‘", "'"))
