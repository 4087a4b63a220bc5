"""`manage.py serve`, with workers that keep up sums all the time and end where they are told to.

`Orders.give` leaves word for the next worker that starts. It takes the word with it (`armed-PID`), and ends with the
exit code CRASHED when it comes to that step, which the log of the service tells.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

FOLDER = "KILL_PROTOCOL_FOLDER"


@dataclass(frozen=True)
class Orders:
    """Where words for workers are left."""

    folder: Path

    def give(self, step: str, count: int) -> None:
        """The next worker ends at the count-th pass of the step."""
        draft = self.folder / "draft"
        draft.write_text(f"{count} {step}")
        draft.rename(self.folder / "order")

    def take(self) -> tuple[str, int] | None:
        """What this process has to do, which no other one does."""
        taken = self.folder / f"armed-{os.getpid()}"
        try:
            (self.folder / "order").rename(taken)
        except FileNotFoundError:
            return None
        count, step = taken.read_text().split(" ", 1)
        return step, int(count)

    def is_waiting(self) -> bool:
        return (self.folder / "order").exists()

    def armed(self) -> dict[int, str]:
        """Which process was told to end at which step."""
        files = self.folder.glob("armed-*")
        return {int(file.name.removeprefix("armed-")): file.read_text().split(" ", 1)[1] for file in files}

    def obeyed(self, log: str) -> list[str]:
        """The steps at which workers ended, as the service's log tells."""
        ended = {int(pid) for pid in re.findall(r"worker (\d+) ended \(exit code 137\)", log)}
        return [step for pid, step in self.armed().items() if pid in ended]


def prepare_worker() -> None:
    import django

    django.setup()
    from accounting.rollups import upkeep
    from accounting.rollups.rebuilding import rebuild
    from tests.accounting.crash_steps import arm
    from tests.accounting.kill_protocol.steps import STEPS

    upkeep.EVERY = timedelta(0)
    upkeep.rebuild = lambda before: rebuild(before + timedelta(days=2))
    if order := Orders(Path(os.environ[FOLDER])).take():
        arm(*order, STEPS)


if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
elif __name__ == "__mp_main__":  # in a worker, before it looks at the application
    prepare_worker()
