"""What some backends need of a schema beside the usual, each for a reason of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conversion.request.schema.references import inlined
from conversion.request.schema.walk import Plain, changed

_LOOKS_AROUND = ("(?=", "(?!", "(?<=", "(?<!")


def _for_grammars(schema: Plain) -> Plain:
    """Grammars for decoding know neither all of regular expressions nor every format."""

    def change(each: Plain) -> Plain:
        pattern = each.get("pattern")
        fails = isinstance(pattern, str) and any(sign in pattern for sign in _LOOKS_AROUND)
        return {key: value for key, value in each.items() if key != "format" and not (key == "pattern" and fails)}

    return changed(inlined(schema), change)


def _with_typed_branches(schema: Plain) -> Plain:
    """The type stands in the branches of `anyOf`, and not beside them."""

    def change(each: Plain) -> Plain:
        branches, kind = each.get("anyOf"), each.get("type")
        if not isinstance(branches, list) or kind is None:
            return each
        typed = [{"type": kind} | branch if isinstance(branch, dict) else branch for branch in branches]
        return {key: value for key, value in each.items() if key != "type"} | {"anyOf": typed}

    return changed(schema, change)


STYLES: Mapping[str, Callable[[Plain], Plain]] = {
    "full": lambda schema: schema,
    "inline": inlined,
    "grammar": _for_grammars,
    "typed_branches": _with_typed_branches,
}
"""By `BackendProfile.schema_style`."""
