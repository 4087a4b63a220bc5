"""One thing that a refusal taught, as data: habits of a profile and limits of a destination."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypedDict

from conversion.destination import Destination
from conversion.notices import Notice
from conversion.repairs.kinds import KINDS


class Limits(TypedDict, total=False):
    """Limits of a `Destination` that can be learned."""

    max_output_tokens: int
    schema_levels: dict[str, int]


@dataclass(frozen=True, slots=True)
class Repair:
    """`kind` is one of KINDS, `subject` the field or the tool that it is about, where there are many of the kind.

    `overrides` are habits of the profile; fields that it leaves out are added to those left out already.
    `lasting`: it helps every later request too, not this one alone. `said`: the backend's words, fit to be shown.
    """

    kind: str
    subject: str = ""
    overrides: Mapping[str, object] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    lasting: bool = True
    said: str = field(default="", compare=False)

    @property
    def notice(self) -> Notice:
        subject = f" {self.subject}" if self.subject else ""
        return Notice("repaired", f"{self.kind}{subject}: {KINDS[self.kind]}")


def repaired(destination: Destination, repairs: Iterable[Repair]) -> Destination:
    """The destination after the repairs; a request converted for it is repaired."""
    profile = destination.profile.for_model(destination.model)
    for repair in repairs:
        habits = {name: value for name, value in repair.overrides.items() if name not in destination.fixed}
        match habits.get("omitted_fields"):
            case [*names]:
                habits["omitted_fields"] = tuple(dict.fromkeys((*profile.omitted_fields, *names)))
        profile = profile.overridden(habits)
        destination = _limited(destination, repair.limits)
    return replace(destination, profile=profile)


def _limited(destination: Destination, limits: Limits) -> Destination:
    if (learned := limits.get("max_output_tokens")) is not None:
        known = destination.max_output_tokens
        destination = replace(destination, max_output_tokens=learned if known is None else min(known, learned))
    if levels := limits.get("schema_levels"):
        destination = replace(destination, schema_levels={**destination.schema_levels, **levels})
    return destination
