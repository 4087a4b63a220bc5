"""What a request says and what is decided about it, before the first word of the prompt is written."""

from __future__ import annotations

from dataclasses import dataclass

from conversion.destination import Destination
from conversion.request.availability import ToolHistory, tool_history
from conversion.request.compaction import forbids_tools
from conversion.request.context_edits import Edit, apply_edits
from conversion.request.effort import ToldReasoning, told_reasoning
from conversion.request.history import Message, read_history
from conversion.request.limits import StopSequences, stop_sequences, token_limit
from conversion.request.notes import Notes
from conversion.request.offer import Offer, make_offer
from conversion.request.read import MessagesRequest
from conversion.request.tool_choice import ToolChoice, read_tool_choice


@dataclass(frozen=True, slots=True)
class Plan:
    """`changes`: what the conversation did with the tools. `edits`: what was cleared from it.

    `forbids_tools`: a call would spoil the answer, though the client did not say so where backends look for it.
    """

    history: list[Message]
    edits: tuple[Edit, ...]
    changes: ToolHistory
    choice: ToolChoice
    forbids_tools: bool
    offer: Offer
    reasoning: ToldReasoning
    stops: StopSequences
    token_limit: int

    @property
    def has_calls(self) -> bool:
        """The conversation has calls of tools in it."""
        return bool(self.changes.used)


def make_plan(request: MessagesRequest, destination: Destination, notes: Notes) -> Plan:
    """The plan for one destination; raises InvalidRequest."""
    profile = destination.profile
    history = read_history(request, notes)
    edits = apply_edits(request, history, clear_tool_uses=profile.clear_tool_uses)
    changes = tool_history(history)
    forbids = forbids_tools(history, profile, notes)
    choice = read_tool_choice(request.tool_choice)
    offer = make_offer(request.tools or [], changes, choice, destination, notes)
    limit = token_limit(request, destination)
    return Plan(
        history=history,
        edits=edits,
        changes=changes,
        choice=choice,
        forbids_tools=forbids,
        offer=offer,
        reasoning=told_reasoning(request, destination, limit, notes, has_tools=bool(offer.client)),
        stops=stop_sequences(request.stop_sequences, profile),
        token_limit=limit,
    )
