import base64
import struct
import time

import msgspec
import pytest

from conversion.request.read import read_count_tokens_request
from conversion.tokens import count_tokens
from tests.conversion.request.ask import ask, assistant, body_of, call, image, pdf, result, text, tool, user


def count(messages="Hello", **parameters):
    body = body_of(messages, **parameters)
    del body["max_tokens"]
    return count_tokens(read_count_tokens_request(msgspec.json.encode(body)))


def png(width, height):
    return base64.b64encode(
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height) + bytes(9)
    ).decode()


def jpeg(width, height):
    head = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(9) + b"\xff\xc4\x00\x04\x00\x00"
    return base64.b64encode(head + b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + bytes(12)).decode()


def gif(width, height):
    return base64.b64encode(b"GIF89a" + struct.pack("<HH", width, height) + bytes(6)).decode()


def webp(width, height):
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return base64.b64encode(b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + size).decode()


def lossy_webp(width, height):
    size = struct.pack("<HH", width, height)
    return base64.b64encode(b"RIFF\x00\x00\x00\x00WEBPVP8 \x00\x00\x00\x00\x00\x00\x00\x9d\x01\x2a" + size).decode()


def lossless_webp(width, height):
    size = ((width - 1) | (height - 1) << 14).to_bytes(4, "little")
    return base64.b64encode(b"RIFF\x00\x00\x00\x00WEBPVP8L\x00\x00\x00\x00\x2f" + size).decode()


def test_a_text_is_counted():  # protocol K248, K250
    assert 1 <= count() < 20


@pytest.mark.parametrize(
    ("messages", "parameters"),
    [
        pytest.param("Hello", {"tools": [tool()]}, id="tool"),  # protocol K248
        pytest.param("Hello", {"system": [text("Be brief.")]}, id="system block"),  # protocol K248
        pytest.param("Hello", {"system": "Be brief."}, id="system text"),
        pytest.param([user("Hello"), assistant(call()), user(result("x" * 50))], {}, id="result"),  # protocol K248
        pytest.param([user("Hello", image())], {}, id="image"),
        pytest.param([user("Hello", pdf())], {}, id="PDF"),
        pytest.param(
            [user("Hello", {"type": "document", "source": {"type": "url", "url": "u"}})], {}, id="PDF elsewhere"
        ),
        pytest.param(
            [user("Hello", {"type": "document", "source": {"type": "content", "content": "x" * 50}})], {}, id="blocks"
        ),
        pytest.param([user("Hello"), assistant({"type": "thinking", "thinking": "x" * 50})], {}, id="thinking"),
        pytest.param([user("Hello", {"type": "poem", "lines": 4})], {}, id="unknown block"),
        pytest.param(
            [user("Hello", {"type": "document", "source": {"type": "text", "data": "x" * 50}})], {}, id="document"
        ),
        pytest.param(
            [
                user("Hello"),
                assistant(
                    {
                        "type": "web_search_tool_result",
                        "tool_use_id": "x",
                        "content": [{"type": "web_search_result", "url": "https://a.example"}],
                    }
                ),
            ],
            {},
            id="search",
        ),
        pytest.param(
            [
                user("Hello"),
                assistant({"type": "code_execution_tool_result", "tool_use_id": "x", "content": {"stdout": "x"}}),
            ],
            {},
            id="code",
        ),
    ],
)
def test_everything_counts(messages, parameters):
    assert count(messages, **parameters) > count()


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [
        pytest.param("word " * 800, 950, 1100, id="prose"),
        pytest.param("漢" * 1000, 850, 1000, id="Chinese"),
        pytest.param("é" * 1000, 400, 500, id="accents"),
        pytest.param("😀" * 1000, 400, 500, id="emoji"),
    ],
)
def test_texts_are_weighed_by_their_characters(words, low, high):
    assert low <= count(words) <= high


def test_tool_results_weigh_more_than_prose():
    prose = count([user("x" * 3600)])
    answered = count([user("a"), assistant(call()), user(result("x" * 3600))])
    assert answered > prose + 90


@pytest.mark.parametrize("encode", [png, jpeg, gif, webp, lossy_webp, lossless_webp])
@pytest.mark.parametrize(
    ("width", "height", "tokens"), [(750, 100, 100), (3000, 3000, 1600), (100, 3136, 105), (1, 1, 1)]
)
def test_images_count_by_their_size(encode, width, height, tokens):
    bare = count([user("Hello")])
    assert count([user("Hello", image(encode(width, height)))]) - bare == tokens


@pytest.mark.parametrize("data", ["", "AAAA", "no base64!", png(0, 5), png(5, 5)[:20], "/9j/4AAQ"])
def test_images_of_unknown_size_count_as_usual_ones(data):
    assert count([user("Hello", image(data))]) - count() == 1500


def test_base64_is_never_text():  # protocol K249
    assert count([user(image("A" * 1_000_000))]) < 5000
    assert count([user("a"), assistant(call()), user(result([image("A" * 1_000_000)]))]) < 5000


def test_documents_count_by_their_pages():
    data = base64.b64encode(b"%PDF-1.4 /Type /Pages /Type /Page /Type/Page ").decode()
    document = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": data}}
    assert count([user("Hello", document)]) - count() == 4000
    assert count([user("Hello", pdf())]) - count() == 2000


def test_deferred_tools_count_once_they_are_loaded():
    tools = [tool("ToolSearch"), tool("Cron", defer_loading=True)]
    loaded = result([{"type": "tool_reference", "tool_name": "Cron"}])
    assert count(tools=tools) == count(tools=tools[:1])
    messages = [user("a"), assistant(call("ToolSearch")), user(loaded)]
    assert count(messages, tools=tools) > count(messages, tools=tools[:1])


def test_texts_are_counted_by_the_function_that_is_given():
    def nothing(text, characters_per_token):
        return 0

    body = body_of([user("Hello"), assistant(call()), user(result("x"), image(png(750, 100)))], tools=[tool()])
    request = read_count_tokens_request(msgspec.json.encode(body))
    assert count_tokens(request, nothing) == 3 * 4 + 8 + 3 + 100  # messages, tool, end, image


def test_the_estimate_of_a_request_is_calibrated():
    plain, calibrated = (ask("word " * 2_000, destination={"calibration": factor}) for factor in (1.0, 1.5))
    assert calibrated.terms.estimated_input_tokens == round(plain.terms.estimated_input_tokens * 1.5)


def test_a_megabyte_is_counted_without_a_loop_over_characters():
    request = read_count_tokens_request(msgspec.json.encode(body_of("word é 漢 " * 100_000)))
    start = time.process_time()
    count_tokens(request)
    assert time.process_time() - start < 0.5  # a loop would take seconds on a loaded machine
