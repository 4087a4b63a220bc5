import pytest

from tests.conversion.request.ask import ask


def function(**keys):
    (only,) = ask(tools=[keys]).tools
    return only


def words(**keys):
    properties = function(**keys)["parameters"]["properties"]
    return properties.get("command", properties.get("action"))["enum"]


@pytest.mark.parametrize(
    ("type", "name", "required"),
    [
        ("bash_20241022", "bash", {"command", "restart"}),
        ("bash_20250124", "bash", {"command", "restart"}),  # protocol E103
        ("text_editor_20250124", "str_replace_editor", {"command", "path", "old_str", "view_range"}),
        ("text_editor_20250728", "str_replace_based_edit_tool", {"command", "path", "insert_text"}),  # protocol E103
        ("memory_20250818", "memory", {"command", "path", "old_path", "new_path"}),  # protocol E103
        ("computer_20250124", "computer", {"action", "coordinate", "scroll_amount"}),
        ("bash_20301231", "bash", {"command"}),
    ],
)
def test_typed_tools_have_our_schemas(type, name, required):
    found = function(type=type, name=name)
    assert found["name"] == name
    assert found["description"]
    assert required <= found["parameters"]["properties"].keys()


def test_only_older_editors_undo():
    assert "undo_edit" in words(type="text_editor_20241022", name="str_replace_editor")
    assert "undo_edit" not in words(type="text_editor_20250429", name="str_replace_based_edit_tool")


@pytest.mark.parametrize(
    ("type", "zooms", "scrolls"),
    [
        ("computer_20241022", False, False),
        ("computer_20250124", False, True),
        ("computer_20251124", True, True),  # protocol E105
    ],
)
def test_newer_computers_do_more(type, zooms, scrolls):
    actions = words(type=type, name="computer", display_width_px=1024, display_height_px=768)
    assert ("zoom" in actions, "scroll" in actions) == (zooms, scrolls)


def test_the_screen_is_described():
    found = function(type="computer_20250124", name="computer", display_width_px=1024, display_height_px=768)
    assert "1024x768" in found["description"]
