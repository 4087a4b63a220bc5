"""The OpenAPI document and its page: everything of the API, nothing from elsewhere."""

import re

ENDPOINTS = {
    ("/v1/messages", "post"),
    ("/v1/messages/count_tokens", "post"),
    ("/v1/models", "get"),
    ("/v1/models/{model_id}", "get"),
    ("/health", "get"),
    ("/ready", "get"),
    ("/test-connection", "get"),
}


def test_it_describes_every_endpoint(stranger):
    document = stranger.get("/openapi.json").json()
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert described >= ENDPOINTS
    asked = document["paths"]["/v1/messages"]["post"]
    assert asked["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/MessagesRequest")
    assert {"200", "400", "401", "413", "429", "529"} <= set(asked["responses"])


def test_every_reference_of_the_document_leads_somewhere(stranger):
    document = stranger.get("/openapi.json")
    schemas = document.json()["components"]["schemas"]
    referenced = set(re.findall(r'"#/components/schemas/(\w+)"', document.text))
    assert referenced
    assert referenced <= set(schemas)


def test_the_page_needs_nothing_from_another_host(stranger):
    page = stranger.get("/docs")
    assert page.status_code == 200
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert links
    assert not [link for link in links if link.startswith(("http", "//"))]
    assert all(stranger.get(link).status_code == 200 for link in links if link.startswith("/static/"))
