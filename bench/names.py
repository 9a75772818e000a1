"""Whether names of every culture and gender are found alike, and what the gate saves and loses.

    python bench/names.py [--data DIR] [--model names.onnx] [--patterns-only] [--json OUT]

The names are the quarter of `training/names/lists/people.txt` that training never saw, set into
sentences that training never saw, in capitals and in lower case. Recall is the share of names whose
every letter is hidden; intervals are Wilson's, 95 %. The gap is the highest recall of a culture
less the lowest. Then recall in six languages, on templates held back from training. With DIR (the
development data) the gate is measured: messages that skip the model, and what of them it would
have found.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import hashlib
import json
import math
import random
import re
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from customerai.ml.tagger import TokenTagger
from customerai.privacy.recognizers.names import NameRecognizer, may_hold_name
from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers
from customerai.privacy.recognizers.spans import Span

ROOT = Path(__file__).parents[1]
LISTS = ROOT / "training" / "names" / "lists"
SENTENCES = (
    "{full} has not received the invoice yet.",
    "Could you forward this to {full} in the warehouse?",
    "I was told by {first} that the line would be fixed",
    "please put {full} on the guest list",
    "The lease was signed by {full} and countersigned in May.",
    "{first} here, the heater makes a noise again",
    "we are expecting {full} for the interview at noon",
    "my flatmate {first} broke the key",
    "Kind wishes\n{full}",
    "{full}",
    "the parcel for {last} was left outside",
    "Is {first} on shift today?",
)
Z = 1.959964  # two-sided 95 %
GENDERS = {"f": "women", "m": "men"}
LANGUAGES = ("es", "fr", "de", "pt", "it")


def held_back(name: str) -> bool:
    """Whether training never saw a name of the lists; `training/names/fillers.py` agrees."""
    parts = unicodedata.normalize("NFD", name.casefold())
    bare = "".join(char for char in parts if not unicodedata.combining(char))
    return int(hashlib.sha256(f"name:{bare}".encode()).hexdigest()[:8], 16) % 4 == 0


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    share, square = hits / count, Z * Z
    middle = share + square / (2 * count)
    reach = Z * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    return (middle - reach) / (1 + square / count), (middle + reach) / (1 + square / count)


def people() -> dict[str, dict[str, list[str]]]:
    """Culture -> f, m, x -> the names that training never saw."""
    found: dict[str, dict[str, list[str]]] = collections.defaultdict(dict)
    for line in (LISTS / "people.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            head, names = line.split(":")
            culture, kind = head.split()
            every = [name.replace("_", " ") for name in names.split()]
            known = found[culture].setdefault(kind, [])
            known += [name for name in every if held_back(name)]
    return found


def messages(seed: int, each: int) -> Iterator[tuple[str, str, str, list[tuple[int, int]]]]:
    """Culture, gender, text and the places of the name in it; `each` a culture and gender."""
    rng = random.Random(seed)
    for culture, kinds in sorted(people().items()):
        for gender in "fm":
            for at in range(each):
                first, last = rng.choice(kinds[gender]), rng.choice(kinds["x"])
                values = {"first": first, "last": last, "full": f"{first} {last}"}
                sentence = SENTENCES[at % len(SENTENCES)]
                slot = re.search(r"\{(\w+)\}", sentence)
                assert slot is not None
                value = values[slot[1]]
                text = sentence.replace(slot[0], value)
                start = slot.start()
                if at // len(SENTENCES) % 2:
                    text = text.lower() if len(text.lower()) == len(text) else text
                yield culture, gender, text, [(start, start + len(value))]


def hidden(text: str, place: tuple[int, int], spans: Iterable[Span]) -> bool:
    """Whether every letter and digit of a place is covered."""
    covered = {at for span in spans for at in range(span.start, span.end)}
    return all(at in covered or not text[at].isalnum() for at in range(*place))


def show(label: str, hits: int, count: int) -> None:
    low, high = wilson(hits, count)
    print(f"  {label:26s} {hits / count:.3f}  [{low:.3f}, {high:.3f}]  n={count}")


def by_culture(registry: RecognizerRegistry, seed: int, each: int) -> dict[str, object]:
    """Recall of every culture and gender, and the gaps."""
    rows = list(messages(seed, each))
    found = registry.analyze([text for _, _, text, _ in rows])
    seen: collections.Counter[str] = collections.Counter()
    hits: collections.Counter[str] = collections.Counter()
    for (culture, gender, text, places), spans in zip(rows, found, strict=True):
        good = all(hidden(text, place, spans) for place in places)
        case = "lower case" if text.islower() else "as written"
        for key in (f"c {culture}", f"g {GENDERS[gender]}", f"t {case}", "a all"):
            seen[key] += 1
            hits[key] += good
    gaps: dict[str, object] = {}
    for mark, title in (("a", "all"), ("t", "case"), ("g", "gender"), ("c", "culture")):
        keys = sorted(key for key in seen if key.startswith(f"{mark} "))
        print(f"names, recall by {title}" if mark != "a" else "names, recall")
        for key in keys:
            show(key[2:], hits[key], seen[key])
        shares = [hits[key] / seen[key] for key in keys]
        gaps[title] = {key[2:]: hits[key] / seen[key] for key in keys}
        if len(keys) > 1:
            print(f"  gap {100 * (max(shares) - min(shares)):.1f} points over {len(keys)} groups")
    return gaps


def by_language(registry: RecognizerRegistry, seed: int, each: int) -> None:
    """Recall of persons, places and organizations in templates held back, by language."""
    sys.path.insert(0, str(LISTS.parent))
    from fillers import Fillers  # noqa: PLC0415 - needs the group `names`
    from rows import fill, templates  # noqa: PLC0415

    fillers = Fillers(random.Random(seed), pool=200)
    for language in LANGUAGES:
        own = [line for at, line in enumerate(templates(language)) if at % 6 == 0]
        rows = [fill(own[at % len(own)], fillers) for at in range(each)]
        found = registry.analyze([text for text, _ in rows])
        seen: collections.Counter[str] = collections.Counter()
        hits: collections.Counter[str] = collections.Counter()
        for (text, places), spans in zip(rows, found, strict=True):
            for start, end, label in places:
                if label in {"PERSON", "LOCATION", "ORGANIZATION"}:
                    seen[label] += 1
                    hits[label] += hidden(text, (start, end), spans)
        print(f"language {language}, {len(own)} templates held back")
        for label in sorted(seen):
            show(label, hits[label], seen[label])


def timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def gate(recognizer: NameRecognizer, open_gate: NameRecognizer, data: Path, seed: int) -> None:
    """What the gate lets pass, saves and loses, on customers' turns of MultiDoGO."""
    with gzip.open(data / "multidogo" / "pii_turns.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    rows = random.Random(seed).sample(rows, 6000)
    texts = [row["text"] for row in rows]
    skipped = sum(not may_hold_name(text) for text in texts)
    print(f"gate: {skipped / len(texts):.3f} of {len(texts)} messages skip the model")
    with_gate, without = recognizer.find_many(texts), open_gate.find_many(texts)
    names = lost = unlabelled = 0
    for row, one, other in zip(rows, with_gate, without, strict=True):
        gold = [s for s in row["spans"] if s["type"] in {"PERSON", "ADDRESS", "CITY"}]
        for span in gold:
            place = (span["start"], span["end"])
            names += 1
            lost += hidden(row["text"], place, other) and not hidden(row["text"], place, one)
        unlabelled += len(other) - len(one) if not gold else 0
    print(f"gate: {lost} of {names} names and places lost; {unlabelled} spans without gold saved")
    for label, texts_of in (("MultiDoGO turns", texts), ("one message 100 times", texts[:1] * 100)):
        slow = timed(lambda t=texts_of: open_gate.find_many(t))  # type: ignore[misc]
        fast = timed(lambda t=texts_of: recognizer.find_many(t))  # type: ignore[misc]
        print(
            f"gate: {label}: {len(texts_of) / slow:.0f} messages/s without, "
            f"{len(texts_of) / fast:.0f} with"
        )


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def speed(registry: RecognizerRegistry, recognizer: NameRecognizer) -> None:
    """Messages of about 100 characters, none of which skips the model, on one core."""
    base = [text for _, _, text, _ in messages(3, 12)]
    texts = [
        (f"{text} My order came late, can you check it for me please, it was number 4711")[:100]
        for text in base
    ]
    for name, run in (("all recognizers", registry.analyze), ("name model", recognizer.find_many)):
        run(texts[:64])
        for batch in (1, 32):
            began, spent = time.process_time(), []
            for at in range(0, len(texts), batch):
                clock = time.perf_counter()
                run(texts[at : at + batch])
                spent.append(time.perf_counter() - clock)
            rate = len(texts) / (time.process_time() - began)
            print(
                f"speed, {name}, batch {batch}: {rate:.0f} messages/s of CPU, "
                f"p50 {1000 * percentile(spent, 0.5):.2f} ms, "
                f"p99 {1000 * percentile(spent, 0.99):.2f} ms"
            )


def main() -> None:
    """Print the figures of the name model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--patterns-only", action="store_true")
    parser.add_argument("--languages", action="store_true", help="needs the group `names`")
    parser.add_argument("--each", type=int, default=240)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    tagger = TokenTagger(files={"names": args.model} if args.model else None)
    began = time.perf_counter()
    tagger.load()
    print(f"cold load {time.perf_counter() - began:.2f} s")
    registry = RecognizerRegistry(default_recognizers(None if args.patterns_only else tagger))
    by_culture(registry, args.seed, args.each)
    if args.languages:
        by_language(registry, args.seed, 1200)
    recognizer = NameRecognizer(tagger)
    speed(registry, recognizer)
    if args.data is not None:
        gate(recognizer, NameRecognizer(tagger, gated=False), args.data, args.seed)


if __name__ == "__main__":
    main()
