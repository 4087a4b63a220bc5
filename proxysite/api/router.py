"""All endpoints of the API under one ninja router, with its OpenAPI document at /openapi.json and /docs."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from proxysite.api import count_tokens, messages, metrics, model_list, status, test_connection, usage
from proxysite.api.openapi import COMPONENTS, DESCRIPTION


class MessagesApi(NinjaAPI):
    """ninja's API, whose document also has the shapes of bodies that ninja does not read."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:  # Any: passed on as it is
        document = super().get_openapi_schema(**options)
        document["components"].update(COMPONENTS)
        return document


api = MessagesApi(
    title="Claude Code Proxy",
    version="1.0.0",
    description=DESCRIPTION,
    docs_url="/docs",
    openapi_url="/openapi.json",
    urls_namespace="api",
)
api.add_router("/v1", messages.router)
api.add_router("/v1", count_tokens.router)
api.add_router("/v1", model_list.router)
api.add_router("/v1", usage.router)
api.add_router("", status.router)
api.add_router("", test_connection.router)
api.add_router("", metrics.router)
