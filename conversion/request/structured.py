"""A fixed format of the answer (protocol §3.8)."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from conversion.request.draft import Draft
from conversion.request.plan import Plan
from conversion.request.read import MessagesRequest
from conversion.request.schema import cleaned_schema


class AnswerFormat(Struct, frozen=True):
    """Fields of the request, and what the system text must say where they do not say all."""

    wanted: bool
    fields: dict[str, object] = {}
    instructions: tuple[str, ...] = ()


def answer_format(request: MessagesRequest, plan: Plan, draft: Draft) -> AnswerFormat:
    received, profile = _wanted_schema(request), draft.profile
    if received is None:
        return AnswerFormat(False)
    schema = cleaned_schema(received, profile.schema_level, profile.schema_style)
    way = profile.response_format if profile.format_with_tools or not plan.offer.client else "none"
    if way == "json_schema":
        named = {"name": "response", "schema": schema.json, "strict": schema.strict and profile.strict_format}
        return AnswerFormat(True, {"response_format": {"type": "json_schema", "json_schema": named}})
    draft.notes.add("schema_as_text", "the backend does not enforce the schema of the answer")
    fields: dict[str, object] = {"response_format": {"type": "json_object"}} if way == "json_object" else {}
    text = schema.text or bytes(schema.json).decode()
    return AnswerFormat(True, fields, (f"Answer with nothing but a JSON object that conforms to this schema:\n{text}",))


def _wanted_schema(request: MessagesRequest) -> bytes | None:
    """The schema of the answer as JSON, from the parameter or from its older twin."""
    for config in (request.output_config, {"format": request.output_format}):
        match config:
            case {"format": {"type": "json_schema", "schema": dict(schema)}}:
                return msgspec.json.encode(schema)
    return None
