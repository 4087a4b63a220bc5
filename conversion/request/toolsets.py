"""Toolsets: one entry of `tools` that stands for many (protocol §3.1).

Backends are offered a function for each member, named `<toolset>_<member>`; clients know the member by its own name
and its `toolset_name`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conversion.request.read import Tool
from conversion.request.toolset_members import BROWSER, COMPUTER, Member

_TOOLSETS: Mapping[str, tuple[str, Mapping[str, Member]]] = {
    "computer_toolset_": ("computer", COMPUTER),
    "browser_toolset_": ("browser", BROWSER),
}
"""The beginning of a toolset's type → its name and its members."""


def member_tools(tool: Tool) -> list[Tool] | None:
    """The enabled members of a toolset as tools; None where the entry is no toolset."""
    found = _toolset(tool)
    if found is None:
        return None
    members = list(_enabled(tool, *found))
    if members:
        members[-1].cache_control = tool.cache_control
    return members


def known_as(tool: Tool) -> tuple[str, str]:
    """The name by which the client knows an offered tool, and that of its toolset, which is empty for most."""
    found = _toolset(tool)
    if found is None:
        return tool.name, ""
    return tool.name.removeprefix(f"{found[0]}_"), found[0]


def qualified(name: str, toolset_name: str) -> str:
    """The name by which a tool is offered; that of a member has its toolset in front."""
    return f"{toolset_name}_{name}" if toolset_name else name


def _toolset(tool: Tool) -> tuple[str, Mapping[str, Member]] | None:
    if tool.type is None:
        return None
    return next((toolset for prefix, toolset in _TOOLSETS.items() if tool.type.startswith(prefix)), None)


def _enabled(tool: Tool, toolset_name: str, members: Mapping[str, Member]) -> Iterator[Tool]:
    for name, member in members.items():
        config = _config(tool, name)
        if config.get("enabled") is not False:
            yield Tool(
                name=qualified(name, toolset_name),
                type=tool.type,
                description=member.description,
                input_schema=member.schema(),
                defer_loading=config.get("defer_loading") or tool.defer_loading,
            )


def _config(tool: Tool, name: str) -> Mapping[str, object]:
    match tool.configs:
        case {**configs} if isinstance(config := configs.get(name), dict):
            return config
        case _:
            return {}
