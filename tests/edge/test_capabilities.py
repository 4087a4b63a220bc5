"""What the list of models says of a model's abilities."""

import pytest

from conversion.profiles import profile_for
from proxysite.api.capabilities import capabilities
from routing.table import ListedModel


def told(dialect="generic", model="m", abilities=None, **overrides):
    profile = profile_for(dialect, model, overrides)
    return capabilities(ListedModel("id", "name", None, None, profile, abilities or {}))


def supported(found, path):
    for name in path.split("."):
        found = found[name]
    return found["supported"]


CASES = [
    pytest.param({}, "image_input", True, id="images"),
    pytest.param({"images": False}, "image_input", False, id="a profile without images"),
    pytest.param({"abilities": {"images": False}}, "image_input", False, id="a list that denies images"),
    pytest.param({"abilities": {"images": True}, "images": False}, "image_input", False, id="the admin knows better"),
    pytest.param({"files": True}, "pdf_input", True, id="documents as files"),
    pytest.param({}, "pdf_input", True, id="documents as text"),
    pytest.param({}, "structured_outputs", True, id="formats"),
    pytest.param({"response_format": "none"}, "structured_outputs", False, id="no formats"),
    pytest.param({}, "server_tools", False, id="no server tools"),
    pytest.param({"dialect": "openrouter"}, "server_tools.web_search", True, id="searches"),
    pytest.param({"dialect": "openrouter"}, "server_tools.code_execution", False, id="runs no code"),
    pytest.param({}, "context_management.clear_thinking_20251015", True, id="thinking is cleared"),
    pytest.param({}, "context_management.compact_20260112", False, id="nothing is compacted"),
    pytest.param({"reasoning": "none"}, "thinking", False, id="no way to think"),
    pytest.param({"reasoning": "none"}, "thinking.types.disabled", True, id="not thinking is possible"),
    pytest.param({"reasoning": "effort"}, "thinking.types.adaptive", True, id="a way to think"),
    pytest.param({"reasoning": "effort", "thinks_unasked": True}, "thinking.types.disabled", False, id="always on"),
    pytest.param({"reasoning": "effort"}, "effort.high", True, id="an effort"),
    pytest.param({"reasoning": "effort"}, "effort.max", False, id="an effort beyond the model's"),
    pytest.param({"reasoning": "effort", "efforts": ["max"]}, "effort.max", True, id="the highest effort"),
    pytest.param({"reasoning": "minimax"}, "effort", False, id="thinks without an effort"),
    pytest.param(
        {"reasoning": "effort", "abilities": {"reasoning": False}}, "effort", False, id="a list that denies reasoning"
    ),
]


@pytest.mark.parametrize(("model", "path", "expected"), CASES)
def test_it_tells_what_this_gateway_can_do_with_the_backend(model, path, expected):
    assert supported(told(**model), path) is expected


def test_it_has_the_fields_of_the_models_api():  # protocol K251
    assert set(told()) == {
        "batch",
        "citations",
        "code_execution",
        "context_management",
        "effort",
        "image_input",
        "pdf_input",
        "server_tools",
        "structured_outputs",
        "thinking",
    }
