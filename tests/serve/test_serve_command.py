"""`manage.py serve` as a process: from an empty folder to a reply."""

import json
import re
from urllib.request import Request, urlopen

import pytest

from tests.support.gateway import Gateway

BODY = {"model": "claude-sonnet-5-5", "max_tokens": 1000, "messages": [{"role": "user", "content": "hello"}]}
NOTHING = {"ANTHROPIC_API_KEY": "", "OPENAI_API_KEY": "", "BIG_MODEL": "", "MIDDLE_MODEL": "", "SMALL_MODEL": ""}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with Gateway(tmp_path_factory.mktemp("demo"), "--demo", **NOTHING) as gateway:
        yield gateway


def key_of(gateway):
    return re.search(r"ANTHROPIC_AUTH_TOKEN=(ccp_\w+)", gateway.output())[1]


def test_the_printed_lines_lead_to_a_reply(demo):
    headers = {"authorization": f"Bearer {key_of(demo)}", "content-type": "application/json"}
    with urlopen(Request(f"{demo.url}/v1/messages", json.dumps(BODY).encode(), headers), timeout=30) as reply:
        assert "demo backend" in json.load(reply)["content"][-1]["text"]


def test_the_printed_password_opens_the_admin(demo):
    assert re.search(rf"{demo.url}/admin/   user admin, password \S+ \(shown once\)", demo.output())
    with urlopen(f"{demo.url}/admin/login/", timeout=30) as page:
        assert b'name="password"' in page.read()


def test_the_admin_has_its_style_without_a_step_by_hand(demo):
    with urlopen(f"{demo.url}/static/admin/css/base.css", timeout=30) as style:
        assert style.headers["content-type"].startswith("text/css")


def test_secrets_are_told_once(tmp_path):
    gateway = Gateway(tmp_path, "--demo", **NOTHING)
    with gateway:
        first = gateway.output()
        key = key_of(gateway)
    with gateway:
        second = gateway.output().removeprefix(first)
    assert key not in second
    assert "password" not in second
    assert "manage.py issue_key NAME makes one" in second


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({"PORT": "abc"}, "PORT is 'abc', which is not a whole number"),
        ({"DEBUG": "1", "HOST": "0.0.0.0"}, "DEBUG is on while HOST is '0.0.0.0'"),
        ({"DATABASE_URL": "postgres://user@127.0.0.1/name"}, "but SECRET_KEY is not set"),
        ({"DATABASE_URL": "postgres://user@127.0.0.1:1/name", "SECRET_KEY": "s"}, "The database cannot be used"),
    ],
    ids=["number", "debug", "secret", "database away"],
)
def test_it_refuses_to_start_in_one_clear_line(tmp_path, environment, line):
    gateway = Gateway(tmp_path, **environment)
    with pytest.raises(AssertionError, match="the service ended with 1"):
        gateway.start()
    assert line in gateway.output()
    assert "Traceback" not in gateway.output()


def test_a_taken_port_is_one_clear_line(demo, tmp_path):
    gateway = Gateway(tmp_path, PORT=str(demo.port))
    gateway.url = demo.url.replace("127.0.0.1", "127.0.0.2")  # nobody answers there: only its own end is seen
    with pytest.raises(AssertionError, match="the service ended with 1"):
        gateway.start()
    assert f"Cannot listen on 127.0.0.1, port {demo.port}: Address already in use." in gateway.output()
