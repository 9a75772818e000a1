"""Detection on texts that nobody would write: crashes, wrong offsets, and time against length.

    python bench/fuzz_detection.py [--seconds 60] [--seed 7] [--most 1000000]

First, random texts of awkward pieces (right-to-left, emoji, joiners, JSON in JSON, digits of many
scripts, pieces of every pattern) are analyzed for the given time: spans must lie inside the text,
sorted and disjoint. Then lines of one repeated piece at 10,000, 100,000 and `--most` characters
are timed; time is linear when the last two stand in the ratio of their lengths. Ends with an
error when a text broke something or a ratio is above three times that.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time

from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers

PIECES = [
    *" 0123456789.,:/-+()@#$'\n\t",
    "ab",
    "Ab",
    "my name is ",
    "account ",
    "card ",
    "ssn ",
    "may ",
    " street ",
    "12:30",
    "555-0100",
    "4111 1111",
    "DE89",
    "p.o. box ",
    "rue de ",
    "Mr. ",
    "٣",
    "é",
    "👋🏽",
    "\u200b",
    "\u200d",
    "\u202e",
    "\u00ad",
    "\ufeff",
    "４",
    "\ud800",
    "שלום",
    "مرحبا",
    "日本",
    "👩‍👩‍👧",
    "at 7",
    "table",
    "ext ",
    "http://",
    "@example.com",
    "e\u0301",
    "\u0000",
    "İ",
    "ß",
    "ﬁ",
    '{"a":',
    "[",
    "]",
    "}",
    "\\u0041",
    "tax id ",
]
UNITS = [
    "1",
    "a",
    "A",
    "@",
    "a@",
    "a@a.",
    " ",
    ".",
    "-",
    "(",
    "[",
    "\u2010",
    "１",
    "٣",
    "é",
    "👋🏽",
    "\u200b",
    "1 ",
    "1.",
    "1-",
    "1/",
    "12:",
    "a1",
    "Ab ",
    ":",
    "+",
    "DE12",
    "may 1 ",
    "Mr. A",
    "at 7 ",
    "one ",
    "London ",
    "account 1 ",
    "my name is ",
    "password a ",
    "12 Main St ",
    "4111111111111111 ",
    '{"a":[',
    "x.com ",
    "my passport a",
    "1ish ",
    "a b. ",
    "call 1 ",
    "\n",
    "\u2028",
    "日本",
]


def check(registry: RecognizerRegistry, text: str) -> str:
    """What is wrong with the spans of a text; "" for nothing."""
    done = 0
    for span in registry.analyze([text])[0]:
        if not done <= span.start < span.end <= len(text):
            return f"{span.start}..{span.end} after {done} in {len(text)}"
        done = span.end
    return ""


def fuzz(registry: RecognizerRegistry, seconds: float, seed: int) -> int:
    """Random texts for so long; the count of those that broke something."""
    rng = random.Random(seed)
    end = time.monotonic() + seconds
    count = broken = characters = 0
    while time.monotonic() < end:
        text = "".join(rng.choices(PIECES, k=rng.choice((3, 12, 40, 400))))
        if rng.random() < 0.2:
            for _ in range(rng.randrange(1, 12)):
                text = json.dumps({"value": [text]}, ensure_ascii=rng.random() < 0.5)
        count += 1
        characters += len(text)
        try:
            wrong = check(registry, text)
        except Exception as error:  # noqa: BLE001 - a fuzzer counts every kind
            wrong = type(error).__name__
        if wrong:
            broken += 1
            print(f"broken: {wrong}: {text[:200]!a}")
    print(f"{count} random texts, {characters} characters, {broken} broken")
    return broken


def linear(registry: RecognizerRegistry, most: int) -> int:
    """Times by length; the count of pieces whose time grows faster than their length."""
    lengths = (10_000, 100_000, most)
    print(
        f"{'piece':16} " + " ".join(f"{length:>10}" for length in lengths) + "   ratio of last two"
    )
    steep = 0
    for unit in UNITS:
        times = []
        for length in lengths:
            line = unit * (length // len(unit))
            start = time.process_time()
            registry.analyze([line])
            times.append(time.process_time() - start)
        ratio = times[2] / max(times[1], 1e-4)
        flag = ratio > 3 * most / 100_000 and times[2] > 0.5
        steep += flag
        shown = " ".join(f"{spent:10.3f}" for spent in times)
        print(f"{unit!a:16} {shown}   {ratio:5.1f}{'  STEEP' if flag else ''}", flush=True)
    return steep


def main() -> None:
    """Fuzz, then time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--most", type=int, default=1_000_000)
    args = parser.parse_args()
    registry = RecognizerRegistry(default_recognizers(None))
    broken = fuzz(registry, args.seconds, args.seed)
    steep = linear(registry, args.most)
    sys.exit(1 if broken or steep else 0)


if __name__ == "__main__":
    main()
