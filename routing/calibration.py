"""How far estimates of prompts are off for a model, learned from what its backend reports (protocol §7.1).

Both the quick estimate of each request and the counts of a tokenizer are multiplied by a factor of their own: the mean
of reported tokens per estimated one, over about the last hundred requests.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from routing.models import BackendModel

MINIMUM_SAMPLES = 20
WINDOW = 100
LOWEST, HIGHEST = 0.6, 1.8

Kind = Literal["estimate", "count"]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The mean factor, from how many requests, and by how many percent what was told was off."""

    factor: float = 1.0
    samples: int = 0
    error: float = 0.0

    @property
    def used(self) -> float:
        """What estimates are multiplied by. Rounded, so that the routing table does not change with each request."""
        return round(self.factor, 2) if self.samples >= MINIMUM_SAMPLES else 1.0

    def after(self, ratio: float) -> Calibration:
        """With one more request, whose reported tokens were `ratio` times the estimate before its calibration."""
        weight = 1 / min(self.samples + 1, WINDOW)
        bounded = min(max(ratio, LOWEST), HIGHEST)
        error = abs(self.used / ratio - 1) * 100
        return Calibration(
            self.factor + (bounded - self.factor) * weight,
            self.samples + 1,
            self.error + (error - self.error) * weight,
        )


def calibration_of(row: BackendModel, kind: Kind) -> Calibration:
    return Calibration(*(getattr(row, f"{kind}_{part}") for part in ("factor", "samples", "error")))


def learn(backend_id: int, model: str, kind: Kind, ratios: Iterable[float]) -> bool:
    """Add what some requests taught to the model's row, if it has one; False where another process was faster."""
    row = BackendModel.objects.filter(backend=backend_id, name=model).first()
    if row is None:
        return True
    before = after = calibration_of(row, kind)
    for ratio in ratios:
        after = after.after(ratio)
    values = {f"{kind}_factor": after.factor, f"{kind}_samples": after.samples, f"{kind}_error": after.error}
    unchanged = BackendModel.objects.filter(pk=row.pk, **{f"{kind}_samples": before.samples})
    seen = after.used != before.used
    return bool(unchanged.update(**values) if seen else unchanged.update_quietly(**values))
