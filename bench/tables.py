"""Tables: k, l and t beside pycanon, noise beside OpenDP, speed of a release, on Adult.

    python bench/tables.py --adult adult.csv.gz --peer PYTHON-WITH-PYCANON-1.3

The peer's figures must be equal: k and l exactly, t to 1e-12. The noise of our statistics must
have the distribution of OpenDP's own (two-sample Kolmogorov-Smirnov on equal privacy), and a mean
absolute error that its scale foretells. Exits with 1 when a figure is outside its budget.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

QUASI_SETS = (
    ["sex", "race"],
    ["age", "sex"],
    ["age", "education", "marital-status", "race", "sex"],
    ["workclass", "education", "sex", "native-country"],
)
SENSITIVE = ("salary", "occupation", "hours-per-week", "education-num")
DRAWS = 2000
SPEED_BUDGET_S = 10.0
KS_BUDGET = 0.001  # probability of a difference this large between equal distributions
ERROR_BUDGET = 0.10  # relative distance of the mean absolute error from its expectation


def peer_figures(path: str) -> list[dict[str, Any]]:
    """What pycanon says; runs in the peer's Python."""
    import pandas  # noqa: PLC0415
    from pycanon import anonymity  # noqa: PLC0415

    frame = pandas.read_csv(path)
    found = []
    for quasi in QUASI_SETS:
        for name in SENSITIVE:
            started = time.perf_counter()
            figures = {
                "k": int(anonymity.k_anonymity(frame, quasi)),
                "l": int(anonymity.l_diversity(frame, quasi, [name])),
                "entropy_l": int(anonymity.entropy_l_diversity(frame, quasi, [name])),
                "t": float(anonymity.t_closeness(frame, quasi, [name])),
            }
            found.append({**figures, "seconds": time.perf_counter() - started})
    return found


def our_figures(path: str) -> list[dict[str, Any]]:
    """What we say of the same."""
    import polars as pl  # noqa: PLC0415

    from customerai.privacy.tabular import columns  # noqa: PLC0415
    from customerai.privacy.techniques import anonymity, closeness, diversity  # noqa: PLC0415
    from customerai.privacy.techniques.classes import classes_of  # noqa: PLC0415

    frame = pl.read_csv(path)
    found = []
    for quasi in QUASI_SETS:
        for name in SENSITIVE:
            started = time.perf_counter()
            classes = classes_of([columns.coded(frame.get_column(one)).codes for one in quasi])
            sensitive = columns.coded(frame.get_column(name))
            distance = "ordered" if sensitive.ordered else "equal"
            entropy = diversity.entropy_l(classes, sensitive.codes)
            figures = {
                "k": anonymity.k_of(classes),
                "l": diversity.distinct_l(classes, sensitive.codes),
                "entropy_l": entropy,
                "t": closeness.t_of(classes, sensitive.codes, distance),
            }
            found.append({**figures, "seconds": time.perf_counter() - started})
    return found


def compare(path: str, peer: str) -> bool:
    """Whether our figures are the peer's."""
    command = [peer, __file__, "--as-peer", path]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    theirs, ours = json.loads(run.stdout.splitlines()[-1]), our_figures(path)
    good = True
    names = [(quasi, name) for quasi in QUASI_SETS for name in SENSITIVE]
    for (quasi, name), a, b in zip(names, ours, theirs, strict=True):
        # pycanon rounds the entropy's l down.
        same = (a["k"], a["l"], int(a["entropy_l"] + 1e-9)) == (
            b["k"],
            b["l"],
            b["entropy_l"],
        ) and abs(a["t"] - b["t"]) < 1e-12
        good &= same
        print(
            f"{'+'.join(quasi):55} {name:15} k {a['k']}/{b['k']} l {a['l']}/{b['l']} "
            f"entropy l {a['entropy_l']:.4f}/{b['entropy_l']} t {a['t']:.12f}/{b['t']:.12f} "
            f"{'equal' if same else 'DIFFERENT'}"
        )
    spent, took = (sum(item["seconds"] for item in side) for side in (theirs, ours))
    print(f"pycanon {spent:.2f} s, ours {took:.3f} s: {spent / took:.0f} times as fast")
    return good


def expected_error(scale: float | tuple[float, float]) -> float:
    """Mean absolute value of discrete Laplace noise, or of the sum of two continuous ones."""
    if isinstance(scale, tuple):
        one, two = scale
        return (one * one + one * two + two * two) / (one + two)
    # Inusah and Kozubowski, A discrete analogue of the Laplace distribution, JSPI 136 (2006).
    q = math.exp(-1 / scale)
    return 2 * q / (1 - q * q)


def noise(path: str) -> bool:
    """Whether our statistics have OpenDP's own distribution, called directly."""
    import numpy as np  # noqa: PLC0415
    import opendp.prelude as dp  # noqa: PLC0415
    import polars as pl  # noqa: PLC0415
    from scipy import stats  # noqa: PLC0415

    from customerai.privacy.techniques import differential_privacy as private  # noqa: PLC0415

    dp.enable_features("contrib")
    ages = pl.read_csv(path).get_column("age").to_numpy().astype(np.int64)
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.symmetric_distance()
    summed = space >> dp.t.then_clamp((17, 90)) >> dp.t.then_sum() >> dp.m.then_laplace(90.0)
    counted = space >> dp.t.then_count(TO="i64") >> dp.m.then_laplace(1.0)
    bins = np.digitize(ages, [30, 50])
    keyed = (
        space
        >> dp.t.then_count_by_categories([0, 1, 2], null_category=True, TOA="i64")
        >> dp.m.then_laplace(1.0)
    )
    numbers, grid = ages.astype(float), private.Grid(17, 90)
    middle = (17 + 90) / 2
    halves = [round(2 * (age - middle)) for age in ages.tolist()]
    centred = space >> dp.t.then_clamp((-73, 73)) >> dp.t.then_sum() >> dp.m.then_laplace(146.0)
    halved = space >> dp.t.then_count(TO="i64") >> dp.m.then_laplace(2.0)
    half_array = np.array(halves, dtype=np.int64)

    def their_mean() -> float:
        return middle + float(centred(half_array)) / 2 / float(halved(ages))

    fine = private.Grid(17, 90, step=0.5)
    exact_sum, n = float(ages.sum()), float(ages.size)
    cases = [
        (
            "count, epsilon 1",
            lambda: private.noisy_count(ages.size, epsilon=1.0).value,
            lambda: float(counted(ages)),
            n,
            1.0,
        ),
        (
            "sum of ages in 17..90, epsilon 1",
            lambda: private.noisy_sum(numbers, grid, epsilon=1.0).value,
            lambda: float(summed(ages)),
            exact_sum,
            90.0,
        ),
        (
            "mean of ages in 17..90, epsilon 1",
            lambda: private.noisy_mean(numbers, fine, epsilon=1.0)[0].value,
            their_mean,
            exact_sum / n,
            # The count's noise moves the mean by its distance from the middle of the bounds.
            (73.0 / n, 2.0 * abs(exact_sum / n - middle) / n),
        ),
        (
            "histogram, first of 3 bins, epsilon 1",
            lambda: private.noisy_histogram(bins, 3, epsilon=1.0)[0].value,
            lambda: float(keyed(bins)[0]),
            float((bins == 0).sum()),
            1.0,
        ),
    ]
    good = True
    for name, ours, theirs, truth, scale in cases:
        mine = np.array([ours() for _ in range(DRAWS)])
        other = np.array([theirs() for _ in range(DRAWS)])
        p = float(stats.ks_2samp(mine, other, method="asymp").pvalue)
        expected = expected_error(scale)
        error, their_error = np.abs(mine - truth).mean(), np.abs(other - truth).mean()
        fits = p > KS_BUDGET and abs(error / expected - 1) < ERROR_BUDGET
        good &= fits
        print(
            f"{name:40} mean absolute error {error:.5f}, OpenDP itself {their_error:.5f}, "
            f"expected {expected:.5f}; KS p {p:.3f} {'fits' if fits else 'OUTSIDE'}"
        )
    return good


def speed(path: str) -> bool:
    """How long a whole release takes: read, find roles, search, write."""
    from customerai.privacy.recognizers.registry import (  # noqa: PLC0415
        RecognizerRegistry,
        default_recognizers,
    )
    from customerai.privacy.tabular import find_roles, plan_of, read, release, write  # noqa: PLC0415

    analyzer = RecognizerRegistry(default_recognizers(None))
    started = time.perf_counter()
    table = read(Path(path).read_bytes())
    read_s = time.perf_counter() - started
    find_roles(table.frame, analyzer)
    roles_s = time.perf_counter() - started - read_s
    quasi = {
        "age": {"hierarchy": {"kind": "age"}},
        "education": {},
        "marital-status": {},
        "race": {},
        "sex": {},
        "native-country": {},
        "workclass": {},
        "hours-per-week": {"hierarchy": {"kind": "numeric", "widths": [5, 10, 20, 40]}},
    }
    good = True
    for k, asked in ((5, {}), (10, {"l": 2}), (5, {"l": 2, "t": 0.3})):
        config = {
            "k": k,
            "max_suppressed": 0.05,
            "columns": [
                {"name": name, "role": "quasi", **quasi[name]}
                if name in quasi
                else {"name": name, "role": "sensitive", **asked}
                if name == "salary"
                else {"name": name, "role": "direct"}
                if name == "row_id"
                else {"name": name, "role": "none"}
                for name in table.frame.columns
            ],
        }
        begun = time.perf_counter()
        made = release(
            table.frame, plan_of(config, table.frame.columns), key=bytes(32), analyzer=analyzer
        )
        size = len(write(made.frame, "csv"))
        took = time.perf_counter() - begun
        after, cost = made.report["after"], made.report["utility"]
        print(
            f"k {k} {asked}: {took:.2f} s, k before {made.report['before']['k']} after "
            f"{after['k']}, {after['sensitive']['salary']}, left out "
            f"{cost['suppressed_share']:.3f}, information loss {cost['information_loss']:.3f}, "
            f"search {made.report['search']}, {size} bytes"
        )
        good &= took <= SPEED_BUDGET_S and after["k"] >= k
    print(f"read {read_s:.2f} s, roles {roles_s:.2f} s")
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--adult", type=Path)
    parser.add_argument("--peer", help="a Python that has pycanon 1.3")
    parser.add_argument("--as-peer", metavar="CSV", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.as_peer:
        print(json.dumps(peer_figures(options.as_peer)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "adult.csv"
        opened = gzip.open if options.adult.suffix == ".gz" else open
        with opened(options.adult, "rb") as file:
            path.write_bytes(file.read())
        results = [speed(str(path)), noise(str(path))]
        if options.peer:
            results.append(compare(str(path), options.peer))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
