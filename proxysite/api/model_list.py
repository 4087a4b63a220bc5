"""GET /v1/models: what this key may ask for, in the shape of the Models API (protocol §7.3)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from proxysite.api.capabilities import capabilities
from proxysite.api.openapi import MODEL, MODELS
from proxysite.envelope import ApiError
from proxysite.handler import ApiRequest
from routing import snapshot
from routing.listing import listed_models, named_model
from routing.table import ListedModel

router = Router(tags=["Models"])

UNKNOWN_TIME = "1970-01-01T00:00:00Z"
LINES = ("haiku", "sonnet", "opus", "fable", "mythos")
PAGE = range(1, 1001)
LIFECYCLES = ("active", "deprecated", "retired")
ACTIVE = LIFECYCLES[0]
"""The lifecycle of every model here: what backends no longer have is not listed."""


@router.get("/models", summary="List models", openapi_extra=MODELS)
async def list_models(request: HttpRequest) -> HttpResponse:
    """The models that this key can name, a page at a time."""
    assert isinstance(request, ApiRequest)
    limit, wanted = limit_of(request), lifecycles_of(request)
    models = listed_models(snapshot.current(), request.key) if ACTIVE in wanted else []
    page, more = page_of(models, limit, request.GET.get("after_id"), request.GET.get("before_id"))
    return answer(
        {
            "data": [model_info(model) for model in page],
            "has_more": more,
            "first_id": page[0].id if page else None,
            "last_id": page[-1].id if page else None,
        }
    )


@router.get("/models/{path:model_id}", summary="Get a model", openapi_extra=MODEL)
async def get_model(request: HttpRequest, model_id: str) -> HttpResponse:
    """One model, by the name that a request would use."""
    assert isinstance(request, ApiRequest)
    table, wanted = snapshot.current(), model_id.lower()
    listed = (model for model in listed_models(table, request.key) if model.id.lower() == wanted)
    if model := next(listed, None) or named_model(table, request.key, model_id):
        return answer(model_info(model))
    raise ApiError(404, "not_found_error", f"model: {model_id[:200]}")


def limit_of(request: HttpRequest) -> int:
    text = request.GET.get("limit", "20")
    if not text.isdecimal() or int(text) not in PAGE:
        raise ApiError(400, "invalid_request_error", "limit: Input should be a whole number from 1 to 1000")
    return int(text)


def lifecycles_of(request: HttpRequest) -> list[str]:
    """Those that are asked for, in one parameter or in several; all of them where none is."""
    given = ",".join([*request.GET.getlist("lifecycle"), *request.GET.getlist("lifecycle[]")])
    asked = [part.strip() for part in given.split(",") if part.strip()]
    if not set(asked) <= set(LIFECYCLES):
        raise ApiError(400, "invalid_request_error", f"lifecycle: Input should be one of {', '.join(LIFECYCLES)}")
    return asked or list(LIFECYCLES)


def page_of(
    models: Sequence[ListedModel], limit: int, after_id: str | None, before_id: str | None
) -> tuple[Sequence[ListedModel], bool]:
    """At most `limit` models after or before the named one, and whether there are more in that direction."""
    ids = [model.id for model in models]
    if before_id in ids:
        end = ids.index(before_id)
        return models[max(0, end - limit) : end], end > limit
    start = ids.index(after_id) + 1 if after_id in ids else 0
    return models[start : start + limit], len(models) > start + limit


def model_info(model: ListedModel) -> dict[str, object]:
    """A ModelInfo: what this gateway can do with that backend, not what a Claude of that name could."""
    return {
        "id": model.id,
        "type": "model",
        "display_name": model.display_name,
        "created_at": UNKNOWN_TIME,
        "lifecycle": ACTIVE,
        "line": next((line for line in LINES if line in model.id.lower()), None),
        "max_input_tokens": model.context_window,
        "max_tokens": model.max_output_tokens,
        "deprecated_at": None,
        "retires_at": None,
        "capabilities": capabilities(model),
    }


def answer(document: object) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(document), content_type="application/json")
