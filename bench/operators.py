"""How fast values are hidden by each operator and put back, whole and in streams.

    python bench/operators.py [--seconds 1]

One thread. "ops/s" counts values, each another one; "round trips" counts texts that came back as
they were; MB/s is of UTF-8.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from itertools import count

from customerai.contracts.privacy import AnonymizeRequest
from customerai.privacy import operators
from customerai.privacy.hiding import Hiding
from customerai.privacy.operators import NoStandIn, Scope, Surrogates
from customerai.privacy.placeholders import PlaceholderBook
from customerai.privacy.recognizers.spans import Span
from customerai.privacy.restoring import Restorer
from customerai.privacy.restoring_json import JsonStreamRestorer

ROOT = bytes(range(32))
SCOPE = Scope.of(ROOT, tenant="bench", session="s")
GIVEN = ("Anna", "Bert", "Carla", "Elena", "Farid", "Grace", "Hiro", "Ines", "Jamal", "Kim")
FAMILY = ("Smith", "Müller", "Rossi", "Dubois", "Silva", "Khan", "Okafor", "Wong", "Novak", "Lee")
CHUNK = 24  # characters of a token or a few, as models send them


def value(entity: str, at: int) -> str:
    """The at-th value of a type."""
    return {
        "PERSON": f"{GIVEN[at % 10]} {FAMILY[at // 10 % 10]}",
        "EMAIL_ADDRESS": f"user{at}@acme.com",
        "PHONE_NUMBER": f"+1 212 736 {at % 10000:04d}",
        "CREDIT_CARD": f"4{at:015d}",
        "LOCATION": f"{1 + at % 999} Oak Street, Springfield",
        "DATE_TIME": f"{1 + at % 28} May {1950 + at % 70}",
        "AGE": f"{18 + at % 70} years old",
        "ID_NUMBER": f"AB-{at:08d}",
    }[entity]


def rate(work: Callable[[int], object], seconds: float) -> tuple[float, int]:
    """Calls a second, and how many were refused."""
    refused = done = 0
    begin = time.perf_counter()
    while (spent := time.perf_counter() - begin) < seconds:
        for at in range(done, done + 50):
            try:
                work(at)
            except NoStandIn:
                refused += 1
        done += 50
    return done / spent, refused


def measure_operators(seconds: float) -> None:
    """One line for each operator and type."""
    cases = [
        ("replace", "PERSON"), ("mask", "CREDIT_CARD"), ("redact", "PERSON"), ("hash", "PERSON"),
        ("encrypt", "PERSON"), ("fpe", "CREDIT_CARD"), ("fpe", "ID_NUMBER"),
        ("fpe", "PHONE_NUMBER"), ("pseudonym", "PERSON"),
        ("date_shift", "DATE_TIME"), ("generalize", "AGE"),
        ("generalize", "DATE_TIME"), ("generalize", "PHONE_NUMBER"),
    ]  # fmt: skip
    for kind, entity in cases:
        operator = operators.parse_operator({"operator": kind})
        span = Span(entity, 0, 1, 1.0, "bench")

        def work(at: int, operator: operators.Operator = operator, span: Span = span) -> str:
            return operators.run(operator, span, value(span.type, at), scope=SCOPE)

        work(0)
        ops, refused = rate(work, seconds)
        print(f"{kind:12} {entity:14} {ops:10,.0f} ops/s  refused {refused}")
    for entity in (
        "PERSON",
        "EMAIL_ADDRESS",
        "PHONE_NUMBER",
        "CREDIT_CARD",
        "LOCATION",
        "ID_NUMBER",
    ):
        begin = time.perf_counter()
        Surrogates(SCOPE).make(entity, value(entity, 0))
        first = time.perf_counter() - begin

        def fresh(at: int, entity: str = entity) -> str:
            return Surrogates(SCOPE).make(entity, value(entity, at))

        ops, refused = rate(fresh, seconds)
        print(
            f"surrogate    {entity:14} {ops:10,.0f} ops/s  refused {refused}  "
            f"first {first * 1e3:.1f} ms"
        )


def measure_round_trips(seconds: float) -> None:
    """Texts of three values hidden and restored in sessions of ten turns."""
    hiding = Hiding(ROOT)
    for name in ("placeholder", "surrogate", "fpe", "encrypt", "pseudonym", "date_shift"):
        config: dict[str, object] = {"operator": name}
        if name in {"pseudonym", "date_shift"}:
            config["reversible"] = True
        types = ("PERSON", "ID_NUMBER", "DATE_TIME")
        chosen = (
            {} if name == "placeholder" else dict.fromkeys(types, operators.parse_operator(config))
        )
        good = total = 0
        begin = time.perf_counter()
        for session in count():
            scope = hiding.scope("bench", f"s{session}")
            book = PlaceholderBook()
            for turn in range(10):
                text, spans = "", []
                for entity in types:
                    text += " so "
                    shown = value(entity, session * 10 + turn)
                    spans.append(Span(entity, len(text), len(text) + len(shown), 1.0, "bench"))
                    text += shown
                request = AnonymizeRequest(texts=(text,))
                safe = hiding.hide(request, book, [spans], chosen, scope)[0][0].text
                good += hiding.restorer(book, scope, tolerant=True).restore(str(safe)) == text
                total += 1
            if (spent := time.perf_counter() - begin) > seconds:
                break
        print(f"round trip   {name:14} {total / spent:10,.0f} texts/s  came back {good} of {total}")


def measure_streams() -> None:
    """Restoring a megabyte: whole, in chunks, inside JSON; what one chunk costs and waits."""
    mapping = {f"[PERSON_{at}]": f"Name{at} Family{at}" for at in range(1, 101)}
    words = {f"Given{at} Stand{at}": f"Name{at} Family{at}" for at in range(1, 101)}
    text = "".join(
        f"Dear [PERSON_{1 + at % 100}], your order of Given{1 + at % 100} Stand{1 + at % 100} will "
        f"arrive soon; we thank you for your patience (case {at}).\n"
        for at in range(8500)
    )
    size = len(text.encode()) / 1e6
    for name, restorer in (
        ("exact, placeholders", Restorer(mapping)),
        ("tolerant, placeholders", Restorer(mapping, tolerant=True)),
        ("tolerant, surrogates too", Restorer({**mapping, **words}, tolerant=True)),
    ):
        begin = time.perf_counter()
        whole = restorer.restore(text)
        spent = time.perf_counter() - begin
        stream = restorer.stream()
        pieces, times, held = [], [], 0
        for at in range(0, len(text), CHUNK):
            began = time.perf_counter()
            pieces.append(stream.feed(text[at : at + CHUNK]))
            times.append(time.perf_counter() - began)
            held = max(held, stream.held)
        pieces.append(stream.finish())
        assert "".join(pieces) == whole
        first = restorer.stream()
        delayed = first.feed("Hello, how can I help?") != "Hello, how can I help?"
        print(
            f"restore {name:26} whole {size / spent:7.1f} MB/s"
            f"  stream {size / sum(times):6.2f} MB/s"
            f"  chunk p50 {statistics.median(times) * 1e6:.0f} us p99 "
            f"{statistics.quantiles(times, n=100)[98] * 1e6:.0f} us  held at most {held} chars  "
            f"first chunk delayed: {delayed}"
        )
    arguments = JsonStreamRestorer(Restorer(mapping, tolerant=True))
    raw = (
        '{"items": ['
        + ",".join(f'{{"to": "[PERSON_{1 + at % 100}]"}}' for at in range(20000))
        + "]}"
    )
    begin = time.perf_counter()
    for at in range(0, len(raw), CHUNK):
        arguments.feed(raw[at : at + CHUNK])
    arguments.finish()
    spent = time.perf_counter() - begin
    print(f"restore JSON in fragments          {len(raw) / 1e6 / spent:7.2f} MB/s")


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0)
    seconds = parser.parse_args().seconds
    measure_operators(seconds)
    measure_round_trips(seconds)
    measure_streams()


if __name__ == "__main__":
    main()
