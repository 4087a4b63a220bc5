"""How many of a backend's seats each process gets.

1. As much as they want, evenly where that is too much; one for everybody who wants none now, as long as there are
   enough: it would be missed among few.
2. What is left, evenly.

What cannot be divided goes round from turn to turn, so that each of more processes than seats has some of the time.
"""

from __future__ import annotations

from collections.abc import Mapping

ENOUGH = 4
"""For each process."""


def shares(limit: int, wanted: Mapping[str, int], turn: int) -> dict[str, int]:
    """Seats by process, all that there are."""
    least = 1 if limit >= ENOUGH * len(wanted) else 0
    needs = {process: max(count, least) for process, count in wanted.items()}
    given = filled(limit, needs, turn)
    spare = limit - sum(given.values())
    more = filled(spare, dict.fromkeys(needs, spare), turn)
    return {process: count + more[process] for process, count in given.items()}


def filled(seats: int, needs: Mapping[str, int], turn: int) -> dict[str, int]:
    """As many as each needs; where there are too few, all get the same but for those who need less."""
    given = dict.fromkeys(needs, 0)
    short = in_turn([process for process, count in needs.items() if count], turn)
    while seats and short:
        lowest = min(needs[process] - given[process] for process in short)
        step = max(1, min(seats // len(short), lowest))
        served = short[: seats // step]
        for process in served:
            given[process] += step
        seats -= step * len(served)
        short = [process for process in short if given[process] < needs[process]]
    return given


def in_turn(processes: list[str], turn: int) -> list[str]:
    """All of them in an order that is the same everywhere, but for who is first."""
    first = turn % max(1, len(processes))
    processes = sorted(processes)
    return [*processes[first:], *processes[:first]]
