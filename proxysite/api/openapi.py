"""What the OpenAPI document says of endpoints whose bodies we read ourselves: shapes of the Messages API."""

from __future__ import annotations

from typing import Any

Schema = dict[Any, Any]  # OpenAPI's own shape: nested objects of any kind, statuses as numbers

DESCRIPTION = (
    "The Anthropic Messages API, answered from OpenAI-compatible backends. Send a key that the administrator issued "
    "as `x-api-key` or as `Authorization: Bearer`. Unknown fields are accepted and ignored."
)


def reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def json_content(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def text(description: str = "") -> Schema:
    return {"type": "string", "description": description}


def count(description: str = "") -> Schema:
    return {"type": "integer", "minimum": 0, "description": description}


ERRORS: Schema = {
    status: {"description": description, "content": json_content(reference("Error"))}
    for status, description in {
        400: "The request is malformed or cannot be served; `prompt is too long: N tokens > M maximum` for overflow",
        401: "No key, or one that is unknown, expired or revoked",
        402: "The backend account has no credit left",
        403: "The key may not do that",
        404: "The model or the path is unknown",
        408: "The request did not arrive in time",
        413: "The body is larger than 32 MiB",
        415: "The body is compressed in a way that is not understood",
        429: "A rate or spend limit, here or at the backend",
        500: "An error of this gateway",
        502: "The backend cannot be reached or sent no valid reply",
        503: "The service is starting, stopping or without its database",
        504: "The backend did not answer in time",
        529: "The backend or this gateway is overloaded",
    }.items()
}

SYSTEM: Schema = {
    "oneOf": [text(), {"type": "array", "items": reference("ContentBlock")}],
    "description": "The system prompt",
}

SCHEMAS: Schema = {
    "ContentBlock": {
        "type": "object",
        "required": ["type"],
        "properties": {"type": text("text, image, document, thinking, tool_use, tool_result, …")},
        "additionalProperties": True,
    },
    "InputMessage": {
        "type": "object",
        "required": ["role", "content"],
        "properties": {
            "role": {"type": "string", "enum": ["user", "assistant", "system"]},
            "content": {"oneOf": [text(), {"type": "array", "items": reference("ContentBlock")}]},
        },
    },
    "Tool": {
        "type": "object",
        "properties": {
            "name": text(),
            "description": text(),
            "input_schema": {"type": "object", "additionalProperties": True},
        },
        "additionalProperties": True,
    },
    "CountTokensRequest": {
        "type": "object",
        "required": ["model", "messages"],
        "properties": {
            "model": text("A name that the administrator mapped, such as claude-sonnet-5-5"),
            "messages": {"type": "array", "minItems": 1, "items": reference("InputMessage")},
            "system": SYSTEM,
            "tools": {"type": "array", "items": reference("Tool")},
        },
        "additionalProperties": True,
    },
    "MessagesRequest": {
        "allOf": [
            reference("CountTokensRequest"),
            {
                "type": "object",
                "required": ["max_tokens"],
                "properties": {
                    "max_tokens": count("The most tokens to generate; 0 generates nothing"),
                    "stream": {"type": "boolean"},
                    "temperature": {"type": "number"},
                    "top_p": {"type": "number"},
                    "top_k": {"type": "integer"},
                    "stop_sequences": {"type": "array", "items": text()},
                    "tool_choice": {"type": "object", "additionalProperties": True},
                    "thinking": {"type": "object", "additionalProperties": True},
                    "output_config": {"type": "object", "additionalProperties": True},
                    "metadata": {"type": "object", "additionalProperties": True},
                },
            },
        ]
    },
    "Usage": {
        "type": "object",
        "properties": {
            "input_tokens": count("Without those read from or written to a cache"),
            "output_tokens": count(),
            "cache_read_input_tokens": count(),
            "cache_creation_input_tokens": count(),
        },
        "additionalProperties": True,
    },
    "Message": {
        "type": "object",
        "properties": {
            "id": text("msg_…"),
            "type": {"type": "string", "const": "message"},
            "role": {"type": "string", "const": "assistant"},
            "model": text("The model as the request named it"),
            "content": {"type": "array", "items": reference("ContentBlock")},
            "stop_reason": text("end_turn, max_tokens, stop_sequence, tool_use, refusal, …"),
            "stop_sequence": {"type": ["string", "null"]},
            "usage": reference("Usage"),
        },
        "additionalProperties": True,
    },
    "TokenCount": {
        "type": "object",
        "required": ["input_tokens"],
        "properties": {"input_tokens": count("An estimate")},
    },
    "Model": {
        "type": "object",
        "properties": {
            "id": text(),
            "type": {"type": "string", "const": "model"},
            "display_name": text(),
            "created_at": text(),
            "max_input_tokens": {"type": ["integer", "null"]},
            "max_tokens": {"type": ["integer", "null"]},
        },
        "additionalProperties": True,
    },
    "ModelList": {
        "type": "object",
        "properties": {
            "data": {"type": "array", "items": reference("Model")},
            "has_more": {"type": "boolean"},
            "first_id": {"type": ["string", "null"]},
            "last_id": {"type": ["string", "null"]},
        },
    },
    "Used": {
        "type": "object",
        "properties": {
            "requests": count("What the client asked for"),
            "input_tokens": count("Without those read from or written to a cache"),
            "cache_read_input_tokens": count(),
            "cache_creation_input_tokens": count(),
            "output_tokens": count(),
            "total_tokens": count("All of them together"),
            "cost": {"type": ["string", "null"], "description": "US dollars, a decimal number; null: not known"},
            "unpriced_requests": count("Requests whose price is not known: they are missing in `cost`"),
        },
    },
    "BudgetLeft": {
        "type": "object",
        "properties": {
            "name": text(),
            "unit": {"type": "string", "enum": ["usd", "tokens"]},
            "amount": text("A decimal number, as are `spent` and `left`"),
            "spent": text(),
            "left": text(),
            "resets_at": {"type": ["string", "null"], "format": "date-time"},
            "state": {"type": "string", "enum": ["fine", "warning", "spent"]},
            "stops": {"type": "boolean", "description": "Whether requests are refused once it is spent"},
        },
    },
    "OwnUsage": {
        "type": "object",
        "properties": {
            "client": text("Whom the key belongs to; the figures are those of all of its keys"),
            "time_zone": text("In which days and months begin"),
            "today": reference("Used"),
            "month": reference("Used"),
            "total": reference("Used"),
            "models": {
                "type": "array",
                "description": "This month, by the model that answered",
                "items": {"type": "object", "properties": {"model": text(), "used": reference("Used")}},
            },
            "budgets": {"type": "array", "items": reference("BudgetLeft")},
            "captured": {
                "type": "array",
                "description": "Whose requests the administrator captures at the moment, with their bodies",
                "items": {"type": "object", "properties": {"kind": text(), "name": text(), "until": text()}},
            },
        },
    },
    "Error": {
        "type": "object",
        "required": ["type", "error", "request_id"],
        "properties": {
            "type": {"type": "string", "const": "error"},
            "error": {
                "type": "object",
                "required": ["type", "message"],
                "properties": {"type": text(), "message": text()},
            },
            "request_id": text("Also in the `request-id` header: quote it to the administrator"),
        },
    },
}

COMPONENTS: Schema = {
    "schemas": SCHEMAS,
    "securitySchemes": {
        "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
        "bearer": {"type": "http", "scheme": "bearer"},
    },
}
SECURED: Schema = {"security": [{"apiKey": []}, {"bearer": []}]}


def operation(answer: Schema, body: str | None = None, parameters: list[Schema] | None = None) -> Schema:
    """What `openapi_extra` adds to an operation that needs a key."""
    described: Schema = {**SECURED, "responses": {200: {"description": "OK", "content": answer}, **ERRORS}}
    if body is not None:
        described["requestBody"] = {"required": True, "content": json_content(reference(body))}
    if parameters is not None:
        described["parameters"] = parameters
    return described


def query(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema}


MESSAGES = operation(
    {
        **json_content(reference("Message")),
        "text/event-stream": {"schema": text("message_start, content_block_…, message_delta, message_stop or error")},
    },
    "MessagesRequest",
)
COUNT_TOKENS = operation(json_content(reference("TokenCount")), "CountTokensRequest")
MODELS = operation(
    json_content(reference("ModelList")),
    parameters=[
        query("limit", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 20}),
        query("after_id", text()),
        query("before_id", text()),
        query("lifecycle", {"type": "string", "enum": ["active", "deprecated", "retired"]}),
    ],
)
MODEL = operation(json_content(reference("Model")))
TEST_CONNECTION = operation(json_content({"type": "object", "additionalProperties": True}))
USAGE = operation(
    {**json_content(reference("OwnUsage")), "text/plain": {"schema": text("today $1.23 · 4.1M tokens · budget 37 %")}},
)
