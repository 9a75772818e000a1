"""Telephone numbers of many regions: how many are hidden, and what else is taken for one.

    python bench/phones.py [--each 40] [--seed 7]

Valid numbers are made from each region's numbering plan (the plan's example with other last
digits) and written in five ways, in a sentence without any word for telephones. "hidden" is the
share whose every digit is covered by some span, "typed" that a PHONE_NUMBER covers it whole. Then
numbers that are none: orders, amounts, dates, versions, time stamps, codes.
"""

from __future__ import annotations

import argparse
import collections
import random

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers

REGIONS = [
    "US",
    "GB",
    "DE",
    "FR",
    "ES",
    "IN",
    "IT",
    "BR",
    "MX",
    "AU",
    "NL",
    "PL",
    "SE",
    "IE",
    "AT",
    "CH",
    "BE",
    "PT",
    "NO",
    "DK",
    "FI",
    "CZ",
    "GR",
    "HU",
    "RO",
    "TR",
    "ZA",
    "JP",
    "KR",
    "CN",
    "SG",
    "HK",
    "NZ",
    "IL",
    "AR",
    "CL",
    "CO",
    "AE",
    "RU",
    "NG",
]
KINDS = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE)


def numbers(region: str, count: int, rng: random.Random) -> list[phonenumbers.PhoneNumber]:
    """Valid numbers of a region, mobile and fixed."""
    made: list[phonenumbers.PhoneNumber] = []
    for kind in KINDS:
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None:
            continue
        tries = 0
        while len(made) < count * (KINDS.index(kind) + 1) // 2 and tries < 5000:
            tries += 1
            digits = phonenumbers.national_significant_number(example)
            tail = "".join(rng.choices("0123456789", k=4))
            number = phonenumbers.parse(f"+{example.country_code}{digits[:-4]}{tail}")
            if phonenumbers.is_valid_number(number):
                made.append(number)
    return made


def written(number: phonenumbers.PhoneNumber) -> dict[str, str]:
    """A number in the ways in which people write it."""
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return {
        "international": phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
        "e164": phonenumbers.format_number(number, PhoneNumberFormat.E164),
        "national": national,
        "dotted": national.replace(" ", ".").replace("-", "."),
        "bare": "".join(filter(str.isdigit, national)),
    }


def recall(registry: RecognizerRegistry, each: int, rng: random.Random) -> None:
    """Hidden and typed, by way of writing; the regions that do worst."""
    hidden: collections.Counter[str] = collections.Counter()
    typed: collections.Counter[str] = collections.Counter()
    seen: collections.Counter[str] = collections.Counter()
    worst: collections.Counter[str] = collections.Counter()
    for region in REGIONS:
        for number in numbers(region, each, rng):
            for way, value in written(number).items():
                text = f"hello, this is about {value} as we said"
                start = text.index(value)
                spans = registry.analyze([text])[0]
                covered = {at for span in spans for at in range(span.start, span.end)}
                digits = [start + at for at, char in enumerate(value) if char.isdigit()]
                seen[way] += 1
                hidden[way] += all(at in covered for at in digits)
                good = any(
                    span.type == "PHONE_NUMBER"
                    and span.start <= digits[0]
                    and digits[-1] < span.end
                    for span in spans
                )
                typed[way] += good
                if way in {"international", "national"} and not good:
                    worst[f"{region} {way}"] += 1
    for way in seen:
        print(
            f"{way}: hidden {hidden[way] / seen[way]:.3f}, typed {typed[way] / seen[way]:.3f} "
            f"(n={seen[way]}, {len(REGIONS)} regions)"
        )
    print("most often not typed:", dict(worst.most_common(12)))


def others(count: int, rng: random.Random) -> dict[str, list[str]]:
    """What looks like a telephone number and is none."""

    def run(size: int) -> str:
        return "".join(rng.choices("0123456789", k=size))

    return {
        "order": [f"my order {run(rng.choice((7, 8, 9, 10)))} is late" for _ in range(count)],
        "amount": [f"i paid ${rng.randrange(10**6):,}.{run(2)} for it" for _ in range(count)],
        "thousands": [f"we sold {rng.randrange(10**6, 10**8):,} of them" for _ in range(count)],
        "date": [
            f"due {rng.randrange(1, 29):02}-{rng.randrange(1, 13):02}-20{run(2)} ok"
            for _ in range(count)
        ],
        "version": [
            f"app {rng.randrange(20)}.{rng.randrange(99)}.{run(4)} crashes" for _ in range(count)
        ],
        "timestamp": [
            f"log at {rng.randrange(1_500_000_000, 1_800_000_000)} x" for _ in range(count)
        ],
        "milliseconds": [
            f"log at {rng.randrange(1_500_000_000_000, 1_800_000_000_000)} x" for _ in range(count)
        ],
        "serial": [f"serial number {run(4)}-{run(4)}-{run(4)} broken" for _ in range(count)],
        "isbn": [f"the book 978-{run(1)}-{run(2)}-{run(6)}-{run(1)}" for _ in range(count)],
    }


def alarms(registry: RecognizerRegistry, rng: random.Random) -> None:
    """How many of the others are called PHONE_NUMBER, US_BANK_NUMBER or CREDIT_CARD."""
    for kind, texts in others(300, rng).items():
        found = [{span.type for span in spans} for spans in registry.analyze(texts)]
        shares = [
            f"{name} {sum(name in types for types in found) / len(texts):.3f}"
            for name in ("PHONE_NUMBER", "US_BANK_NUMBER", "CREDIT_CARD")
        ]
        print(f"{kind}: " + ", ".join(shares))


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    registry = RecognizerRegistry(default_recognizers(None))
    rng = random.Random(args.seed)
    recall(registry, args.each, rng)
    alarms(registry, rng)


if __name__ == "__main__":
    main()
