"""What to type for a key: the same variables in each way."""

import json
import re

import pytest

from routing.admin.claude_code import setups

VARIABLES = {
    "ANTHROPIC_BASE_URL": "https://proxy.example.com",
    "ANTHROPIC_AUTH_TOKEN": "ccp_key",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
}
READERS = {
    "shell": lambda text: dict(re.findall(r"^export (\w+)=(\S+)$", text, re.MULTILINE)),
    "PowerShell": lambda text: dict(re.findall(r'^\$env:(\w+) = "(\S+)"$', text, re.MULTILINE)),
    "settings.json": lambda text: json.loads(text)["env"],
}


@pytest.mark.parametrize("way", READERS)
def test_each_way_sets_all_variables(way):
    (setup,) = (each for each in setups("https://proxy.example.com", "ccp_key") if way in each.place)
    assert READERS[way](setup.text) == VARIABLES
