"""What repairs do to a destination."""

import pytest

from conversion.destination import Destination
from conversion.notices import Notice
from conversion.profiles import DIALECTS, profile_for
from conversion.repairs import Repair, repaired


def destination(**limits):
    return Destination("some-model", profile_for("generic", "some-model"), **limits)


def test_fields_that_are_left_out_add_up():
    repairs = [Repair("field", name, overrides={"omitted_fields": [name]}) for name in ("store", "user", "store")]
    assert repaired(destination(), repairs).profile.omitted_fields == ("store", "user")


def test_of_other_habits_the_later_one_holds():
    repairs = [Repair("stop_sequences", overrides={"stop_limit": limit}) for limit in (2, 1)]
    assert repaired(destination(), repairs).profile.stop_limit == 1


@pytest.mark.parametrize(("known", "limit"), [(None, 4096), (8192, 4096), (1024, 1024)])
def test_a_limit_that_was_learned_never_loosens_one_that_is_known(known, limit):
    repair = Repair("output_limit", limits={"max_output_tokens": 4096})
    assert repaired(destination(max_output_tokens=known), [repair]).max_output_tokens == limit


def test_the_schemas_of_tools_are_kept_apart():
    repairs = [Repair("tool_schema", name, limits={"schema_levels": {name: 1}}) for name in ("Read", "Bash")]
    found = repaired(destination(schema_levels={"Read": 3, "Task": 2}), repairs).schema_levels
    assert found == {"Read": 1, "Task": 2, "Bash": 1}


def test_habits_that_are_fixed_stay():
    repair = Repair("reasoning_filler", overrides={"reasoning_fields": ["reasoning"], "reasoning_filler": ""})
    profile = repaired(destination(fixed=frozenset(("reasoning_fields",))), [repair]).profile
    assert (profile.reasoning_fields, profile.reasoning_filler) == ((), "")


def test_what_the_family_of_the_model_says_is_repaired_too():
    families = Destination("gpt-5", DIALECTS["openai"])
    repair = Repair("effort_with_tools", overrides={"effort_with_tools": "omit"})
    profile = repaired(families, [repair]).profile
    assert (profile.effort_with_tools, profile.reasoning) == ("omit", "effort")


@pytest.mark.parametrize(
    ("repair", "detail"),
    [
        (Repair("field", "store"), "field store: the field is left out"),
        (Repair("tool_ids"), "tool_ids: ids of tool calls are shortened"),
    ],
)
def test_its_notice_says_what_was_done(repair, detail):
    assert repair.notice == Notice("repaired", detail)
