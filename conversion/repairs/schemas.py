"""Schemas of tools that the backend does not understand (protocol §1.6, R11 and R18; §3.5)."""

from __future__ import annotations

from collections.abc import Iterator

from conversion.repairs.phrases import any_of
from conversion.repairs.refusal import Refusal
from conversion.repairs.repair import Repair
from conversion.request.schema import LAST_LEVEL
from conversion.request.toolsets import qualified

_SCHEMA = any_of(
    r"schema",
    r"\btools?[\[.]\d+\]?[\w.\[\]]*\.parameters",
    r"function_?declarations?\b.{0,40}parameters",
    r"failed to parse grammar",
)
_OF_SOMETHING_ELSE = any_of(
    r"did not match schema",  # of what the model called
    r"tool call validation",
    r"response_?format",  # of the answer
    r"response_?schema",
)
_INDEX = any_of(r"function_?declarations\[(\d+)\]", r"\btools?(?:\[(\d+)\]|\.(\d+))(?!\.function_?declarations)")
_NAME = any_of(r"""(?:function|tool)s?(?: named)?:? [`'"]?([\w-]{1,64})""", r"""[`'"]([\w-]{1,64})[`'"]""")
_STRICT = any_of(r"\bstrict\b", r"is required to be supplied")


def strict_tools(refusal: Refusal) -> Repair | None:
    """R18"""
    if not refusal.has(b'"strict":true') or not _STRICT.search(refusal.all_text) or "response_format" in refusal.text:
        return None
    return Repair("strict_tools", overrides={"strict_tools": False})


def simpler_schema(refusal: Refusal) -> Repair | None:
    """R11: of the tool that is meant; of all tools where none is, or where another one was before."""
    text = refusal.all_text
    if "tools" not in refusal.sent or not _SCHEMA.search(text) or _OF_SOMETHING_ELSE.search(text):
        return None
    tool = next(_tools_meant(text, refusal), "")
    before = {repair.subject for repair in refusal.repaired("tool_schema")}
    if not tool or (before and tool not in before):
        level = min(refusal.profile.schema_level + 1, LAST_LEVEL)
        return Repair("schemas", overrides={"schema_level": level})
    return Repair("tool_schema", tool, limits={"schema_levels": {tool: _next_level(tool, refusal)}})


SCHEMA_RULES = (strict_tools, simpler_schema)


def _next_level(tool: str, refusal: Refusal) -> int:
    """One more; then the last one, which leaves nothing to be refused; then the one at which the tool is dropped."""
    usual = refusal.profile.schema_level
    present = max(refusal.destination.schema_levels.get(tool, usual), usual)
    return present + 1 if present in (usual, LAST_LEVEL) else LAST_LEVEL


def _tools_meant(text: str, refusal: Refusal) -> Iterator[str]:
    """The client's names of the tools that the text names or gives the place of."""
    names = _sent_names(refusal)
    known = {name.lower(): name for name in names if name}
    for found in _NAME.finditer(text):
        if (name := known.get(found[1] or found[2])) is not None:
            yield _client_name(name, refusal)
    for found in _INDEX.finditer(text):
        index = int(found[1] or found[2] or found[3])
        if index < len(names) and names[index]:
            yield _client_name(names[index], refusal)


def _sent_names(refusal: Refusal) -> list[str]:
    """The names of the tools as they were sent, in order; empty for what is no function."""
    tools = refusal.sent_value("tools")
    names = []
    for tool in tools if isinstance(tools, list) else ():
        match tool:
            case {"function": {"name": str(name)}} | {"name": str(name)}:
                names.append(name)
            case _:
                names.append("")
    return names


def _client_name(name: str, refusal: Refusal) -> str:
    terms = refusal.conversion.terms
    return qualified(terms.tool_names.get(name, name), terms.toolset_names.get(name, ""))
