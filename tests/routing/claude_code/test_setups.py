"""What to type for a key: each way gives back exactly the values that went in."""

import json
import os
import re
import subprocess

import pytest

from routing.claude_code.setups import powershell_quoted, setups
from routing.claude_code.variables import Variable

VALUES = {
    "plain": "https://proxy.example.com",
    "blank": "two words",
    "single quote": "it's",
    "double quote": 'a "name"',
    "dollar": "$HOME `id` $(id)",
    "backslash": "C:\\models\\n",
    "other script": "größe ’ ☃",
    "starts with a dash": "-rf",
    "ends a command": "a; echo b & c | d",
    "percent": "%PATH% !x!",
    "line break": "one\ntwo",
    "nothing": "",
}
POWERSHELL = [
    ("plain", "'plain'"),
    ("it's", "'it''s'"),
    ("it’s", "'it’’s'"),
    ("‘a‚ ‛b", "'‘‘a‚‚ ‛‛b'"),
    ('"$env:USER" `n', "'\"$env:USER\" `n'"),
    ("", "''"),
]


def text_of(way, value):
    (setup,) = (each for each in setups([Variable("VALUE", value, "")]) if each.name == way)
    return setup.text


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_shell_reads_the_value_back(value):
    script = text_of("shell", value).removesuffix("claude") + 'printf %s "$VALUE"'
    ran = subprocess.run(["sh", "-c", script], capture_output=True, env={"PATH": os.environ["PATH"]}, check=True)
    assert (ran.stdout.decode(), ran.stderr) == (value, b"")


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_settings_are_json_with_the_value(value):
    assert json.loads(text_of("json", value)) == {"env": {"VALUE": value}}


@pytest.mark.parametrize(("value", "quoted"), POWERSHELL)
def test_powershell_takes_the_value_literally(value, quoted):
    assert powershell_quoted(value) == quoted


def test_powershell_sets_the_variables_of_its_session():
    assert text_of("powershell", "plain") == "$env:VALUE = 'plain'\nclaude"


def test_each_way_says_where_it_goes():
    places = [setup.place for setup in setups([])]
    assert len(set(places)) == 3
    assert re.search(r"settings\.json", places[-1])
