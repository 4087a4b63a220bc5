"""Case after case, until the time is over; what goes wrong is told with what makes it happen again."""

from __future__ import annotations

import argparse
import secrets
import time
import traceback
from collections.abc import Callable, Iterable
from itertools import count
from random import Random

Check = Callable[[Random], object]

SLOW = 5.0
"""Seconds of processor time after which a case, of a few kilobytes, has found something as well."""


def story(check: Check, seed: int, number: int) -> str:
    """How a case went wrong; empty for one that did not."""
    try:
        check(Random(f"{seed} {number}"))
    except Exception:
        return traceback.format_exc()
    return ""


def main(check: Check) -> int:
    options = arguments()
    print(f"seed {options.seed}", flush=True)
    numbers: Iterable[int] = count() if options.case is None else [options.case]
    deadline = time.monotonic() + options.seconds
    cases = found = 0
    for number in numbers:
        began = time.process_time()
        told = story(check, options.seed, number)
        if not told and (spent := time.process_time() - began) > SLOW:
            told = f"it took {spent:.1f} s"
        if told:
            print(f"\n--seed {options.seed} --case {number}\n{told}", flush=True)
        cases, found = cases + 1, found + bool(told)
        if time.monotonic() > deadline:
            break
    print(f"{cases} cases, {found} findings (seed {options.seed})")
    return 1 if found else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9))
    parser.add_argument("--case", type=int)
    return parser.parse_args()
