"""What a model of the list can do here, in the words of the Models API (protocol §7.3).

It is said of this gateway with that backend: what the conversion has a way for, and the backend's list does not deny.
"""

from __future__ import annotations

from conversion.profiles import BackendProfile
from conversion.profiles.reasoning import way_of
from routing.table import ListedModel

EFFORTS = ("low", "medium", "high", "xhigh", "max")


def capabilities(model: ListedModel) -> dict[str, object]:
    profile = model.profile
    thinks = _can_think(profile) and model.abilities.get("reasoning", True)
    images = profile.images and model.abilities.get("images", True)
    return {
        "batch": _supported(False),
        "citations": _supported(False),
        "code_execution": _supported(False),
        "context_management": _context_management(profile),
        "effort": _effort(profile, thinks),
        "image_input": _supported(images),
        "pdf_input": _supported(True),  # as a file, or else as its text
        "server_tools": _server_tools(profile),
        "structured_outputs": _supported(profile.response_format == "json_schema"),
        "thinking": _thinking(profile, thinks),
    }


def _supported(supported: bool) -> dict[str, object]:
    return {"supported": supported}


def _group(**parts: bool) -> dict[str, object]:
    """Abilities of which each is supported or not, and together, when any is."""
    return {**_supported(any(parts.values())), **{name: _supported(part) for name, part in parts.items()}}


def _context_management(profile: BackendProfile) -> dict[str, object]:
    return _group(
        clear_thinking_20251015=True, clear_tool_uses_20250919=profile.clear_tool_uses, compact_20260112=False
    )


def _effort(profile: BackendProfile, thinks: bool) -> dict[str, object]:
    way = way_of(profile.reasoning)
    told = thinks and bool(way.effort or way.budget)
    return _group(**{word: told and word in profile.efforts for word in EFFORTS})


def _server_tools(profile: BackendProfile) -> dict[str, object]:
    searches = profile.search_options or "web_search" in dict(profile.server_tools)
    return _group(web_search=searches, code_execution=False)


def _thinking(profile: BackendProfile, thinks: bool) -> dict[str, object]:
    way = way_of(profile.reasoning)
    can_be_off = not profile.thinks_unasked or "none" in profile.efforts or bool(way.off)
    off = not thinks or can_be_off
    types = {"enabled": thinks, "adaptive": thinks, "disabled": off, "between_tools": thinks and can_be_off}
    return {**_supported(thinks), "types": {name: _supported(supported) for name, supported in types.items()}}


def _can_think(profile: BackendProfile) -> bool:
    """Whether there is a way to make it think, as far as nobody says more."""
    way = way_of(profile.reasoning)
    return bool(way.on or way.effort or way.budget)
