"""Names, places and companies set into sentences that were written without them.

A sentence of a customer is worth more than a template: "she told me the card was sent" becomes
"Adaeze told me the card was sent". Frames of our own add the rest; in each frame stand also words
that are no names ("my flatmate quickly left"), so that the frame alone does not decide.
"""

from __future__ import annotations

import json
import random
import re

from fillers import HERE, Fillers

Row = tuple[str, list[tuple[int, int, str]]]

FRAMES: dict[str, list[str]] = json.loads(
    (HERE / "templates" / "frames.json").read_text(encoding="utf-8")
)

PRONOUN = re.compile(
    r"(?<![\w'’])(?:(?P<subject>he|she|someone|somebody|they)|(?P<object>him|them)|(?P<owner>his))"
    r"(?![\w'’])",
    re.IGNORECASE,
)
RELATIVE = re.compile(rf"(?<![\w'’])my (?:{'|'.join(FRAMES['relations'])})(?!\w)", re.IGNORECASE)
COMPANY = re.compile(
    r"(?<![\w'’])(?:your company|the company|the bank|the airline|the store|my bank|my company|"
    r"the restaurant|the hotel|my employer|the insurance company)(?![\w'’])",
    re.IGNORECASE,
)


def graft(row: Row, places: re.Pattern[str], fillers: Fillers, rng: random.Random) -> Row | None:
    """The row with somebody's name in place of a pronoun, or another place or company; or None.

    The row's own spans are given up where the text changes, so it should bear only "?" marks.
    """
    text, spans = row
    found: list[tuple[int, int, str, str]] = []
    for match in PRONOUN.finditer(text):
        if rng.random() < 0.7:
            name = fillers.first() if rng.random() < 0.6 else fillers.person()
            found.append((*match.span(), name, "'s" if match["owner"] else ""))
    labels = {start: "PERSON" for start, _, _, _ in found}
    for match in RELATIVE.finditer(text):
        name = fillers.first() if rng.random() < 0.8 else fillers.person()
        if rng.random() < 0.65:
            found.append((match.end(), match.end(), name, ""))
            labels[match.end()] = "PERSON+"
        else:
            found.append((*match.span(), name, ""))
            labels[match.start()] = "PERSON"
    for match in COMPANY.finditer(text):
        found.append((*match.span(), fillers.organization(), ""))
        labels[match.start()] = "ORGANIZATION"
    for match in places.finditer(text):
        found.append((*match.span(), fillers.location(), ""))
        labels[match.start()] = "LOCATION"
    if not found:
        return None
    lower = text == text.lower() and rng.random() < 0.8
    out = ""
    made: list[tuple[int, int, str]] = []
    at = 0
    moves: list[tuple[int, int]] = []  # offsets of the old text and how far they move
    for start, end, value, tail in sorted(found):
        if start < at:
            continue
        out += text[at:start]
        label = labels[start]
        if label == "PERSON+":
            out += " "
        begin = len(out)
        out += value.lower() if lower else value
        made.append((begin, len(out), label.rstrip("+")))
        out += tail
        at = end
        moves.append((end, len(out) - end))
    out += text[at:]
    for start, end, label in spans:
        shift = 0
        for place, by in moves:
            if place <= start:
                shift = by
        fresh = (start + shift, end + shift, label)
        if not any(b < fresh[1] and fresh[0] < e for b, e, _ in made):
            made.append(fresh)
    return out, made


def framed(fillers: Fillers, rng: random.Random) -> Row:
    """A sentence of a frame, a relation and a doing, with a name or with nobody's."""
    text = rng.choice(FRAMES["openings"])
    spans: list[tuple[int, int, str]] = []

    def say(piece: str, label: str = "") -> None:
        nonlocal text
        start = len(text)
        text += piece
        if label:
            spans.append((start, len(text), label))

    def who() -> tuple[str, str]:
        draw = rng.random()
        if draw < 0.22:
            return rng.choice(FRAMES["nobody"]), ""
        return (
            fillers.first if draw < 0.62 else fillers.person if draw < 0.88 else fillers.last
        )(), "PERSON"

    draw = rng.random()
    if draw < 0.3:
        say(f"{rng.choice(('my', 'my', 'our', 'his', 'her', 'their', 'your', 'the'))} ")
        say(rng.choice(FRAMES["relations"]))
        say(rng.choice((" ", " ", " ", ", ")))
        if rng.random() < 0.72:
            say(fillers.first() if rng.random() < 0.75 else fillers.person(), "PERSON")
        else:
            say(rng.choice(FRAMES["between"]))
        say(f" {rng.choice(FRAMES['doings'])}")
    elif draw < 0.55:
        name, label = who()
        say(name, label)
        if rng.random() < 0.15:
            say(f" {rng.choice(FRAMES['between'])}")
        say(f" {rng.choice(FRAMES['doings'])}")
    else:
        for piece in re.split(r"(\{[pq]\})", rng.choice(FRAMES["about"])):
            if piece in {"{p}", "{q}"}:
                say(*who())
            else:
                say(piece)
        if rng.random() < 0.35:
            say(f" {rng.choice(('and', 'because', 'but', 'who', 'since', '.'))} ")
            name, label = who()
            say(name, label)
            say(f" {rng.choice(FRAMES['doings'])}")
    say(rng.choice(FRAMES["closings"]))
    return text, spans


def about_products(fillers: Fillers, rng: random.Random) -> Row:
    """A sentence about software and brands, known and coined: nothing to find."""

    def draw(mark: re.Match[str]) -> str:
        kind = mark[1]
        if kind == "n":
            return fillers.noun()
        if kind == "x":
            name = fillers.product() if rng.random() < 0.75 else fillers.coined()
            return name.lower() if rng.random() < 0.3 else name
        verb = fillers.verb()
        if kind in "gG":
            head, _, rest = verb.partition(" ")
            head = head.rstrip("e") if not head.endswith("ee") else head
            verb = f"{head}ing {rest}".strip()
        return verb.capitalize() if kind.isupper() else verb

    text = re.sub(r"\{(\w)\}", draw, rng.choice(FRAMES["product_frames"]))
    if rng.random() < 0.3:
        text = rng.choice(FRAMES["openings"]) + text
    return text + (rng.choice(FRAMES["closings"]) if rng.random() < 0.4 else ""), []


def signed(fillers: Fillers, rng: random.Random) -> Row:
    """The end of a letter, with or without somebody's name."""
    text = rng.choice(FRAMES["sign_offs"])
    text = text.capitalize() if rng.random() < 0.6 else text
    text += rng.choice((",\n", "\n", ",\n\n", "\n\n", ", ", " ", "!\n", " - "))
    draw = rng.random()
    if draw < 0.15:
        return text + rng.choice(FRAMES["signed_by_none"]), []
    name = fillers.first() if draw < 0.5 else fillers.person() if draw < 0.93 else fillers.last()
    spans = [(len(text), len(text) + len(name), "PERSON")]
    text += name
    if rng.random() < 0.15:
        job = fillers.job()
        spans.append((len(text) + 1, len(text) + 1 + len(job), "TITLE"))
        text += "\n" + job
    return text, spans


_DRAWS = {
    "o": "ORG",
    "l": "LOCATION",
    "p": "PERSON",
    "a": "ADDRESS",
    "n": "NRP",
    "j": "JOB",
    "t": "TITLE",
}


def about_things(fillers: Fillers, rng: random.Random) -> Row:
    """A sentence with a company, a place, a people or a title."""
    text = rng.choice(FRAMES["openings"]) if rng.random() < 0.5 else ""
    spans: list[tuple[int, int, str]] = []
    for piece in re.split(r"(\{\w\})", rng.choice(FRAMES["org_frames"])):
        if piece.startswith("{"):
            value, label = fillers.slot(_DRAWS[piece[1]], "")
            spans.append((len(text), len(text) + len(value), label))
            text += value
        else:
            text += piece
    if rng.random() < 0.5:
        text += rng.choice(FRAMES["closings"])
    return text, spans
