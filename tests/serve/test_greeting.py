"""What somebody who starts the service is told."""

from proxysite.serving.greeting import Greeting, offer
from proxysite.serving.local_backends import LocalBackend

URL = "http://127.0.0.1:8082"
SCREEN = 24


def test_a_first_start_fits_one_screen():
    lines = str(Greeting(URL, [], ["a warning"], "password", "ccp_key")).splitlines()
    assert len(lines) < SCREEN


def test_it_tells_the_secrets_that_were_made():
    text = str(Greeting(URL, ["https://openrouter.ai/api/v1"], [], "password", "ccp_key"))
    assert "user admin, password password (shown once)" in text
    assert "export ANTHROPIC_AUTH_TOKEN=ccp_key " in text


def test_later_it_tells_how_to_get_a_key():
    text = str(Greeting(URL, ["https://openrouter.ai/api/v1"], [], None, None))
    assert "password" not in text
    assert "manage.py issue_key NAME" in text


def test_its_lines_can_be_copied_into_a_shell():
    text = str(Greeting(URL, [], [], None, "ccp_key"))
    exports = [line.strip() for line in text.splitlines() if "export " in line]
    assert exports[0] == f"export ANTHROPIC_BASE_URL={URL}"
    assert all(line.split("#")[0].count("=") == 1 for line in exports)


def test_it_says_what_to_do_without_a_backend():
    assert "OPENAI_API_KEY=…" in str(Greeting(URL, [], [], None, None))


def test_an_offer_has_the_exact_lines():
    text = offer(LocalBackend("Ollama", "http://127.0.0.1:11434/v1", ("qwen3-coder",)))
    assert "  OPENAI_BASE_URL=http://127.0.0.1:11434/v1\n  BIG_MODEL=qwen3-coder\n" in text
