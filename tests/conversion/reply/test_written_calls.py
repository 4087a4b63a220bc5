"""Calls that a model writes into its text, for models and servers that leave them there (protocol §4.4c)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conversion.reply.replies import call, calls, chunk, completion, stream, streamed, terms, whole

BASH = ("Bash", {"command": 'echo "</tool>" é'})
TWO = [BASH, ("Read", {"path": "/a"})]
ARGUMENTS = r'{"command": "echo \"</tool>\" é"}'
OPEN, CLOSE = "<tool_call>", "</tool_call>"
TYPED = terms(text_properties={"Bash": frozenset({"command"})})

TEXTS = [
    ("hermes", f'{OPEN}\n{{"name": "Bash", "arguments": {ARGUMENTS}}}\n{CLOSE}', [BASH]),
    (
        "hermes",
        f'{OPEN}{{"name":"Bash","arguments":{ARGUMENTS}}}{CLOSE}\n{OPEN}{{"name":"Read","parameters":{{"path":"/a"}}}}{CLOSE}',
        TWO,
    ),
    ("hermes", f'{OPEN}{{"name":"Bash","arguments":{{"command":"{CLOSE}"}}}}{CLOSE}', [("Bash", {"command": CLOSE})]),
    (
        "qwen_xml",
        f'{OPEN}\n<function=Bash>\n<parameter=command>\necho "</tool>" é\n</parameter>\n</function>\n{CLOSE}',
        [BASH],
    ),
    ("qwen_xml", '<function=Read>{"path":"/a"}</function>', TWO[1:]),
    (
        "qwen_xml",
        "<function=Write>\n<parameter=lines>\n[1, 2]\n</parameter>\n<parameter=text>\na\nb\n</parameter>\n</function>",
        [("Write", {"lines": [1, 2], "text": "a\nb"})],
    ),
    ("qwen_xml", '<function=Read{"path":"/a"}</function>', TWO[1:]),
    ("qwen_xml", "<function=Bash><parameter=command>12</parameter></function>", [("Bash", {"command": "12"})]),
    ("mistral", f'[TOOL_CALLS][{{"name": "Bash", "arguments": {ARGUMENTS}}}, {{"name":"Read","arguments":{{"path":"/a"}}}}]', TWO),
    ("mistral", f'[TOOL_CALLS]Bash[ARGS]{ARGUMENTS}[TOOL_CALLS]Read{{"path":"/a"}}</s>', TWO),
    (
        "kimi",
        "<|tool_calls_section_begin|>"
        f"<|tool_call_begin|>functions.Bash:0<|tool_call_argument_begin|>{ARGUMENTS}<|tool_call_end|>"
        '<|tool_call_begin|>functions.Read:1<|tool_call_argument_begin|>{"path":"/a"}<|tool_call_end|>'
        "<|tool_calls_section_end|>",
        TWO,
    ),
    (
        "deepseek",
        f"<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>Bash<｜tool▁sep｜>{ARGUMENTS}<｜tool▁call▁end｜>"
        '<｜tool▁call▁begin｜>function<｜tool▁sep｜>Read\n```json\n{"path":"/a"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
        TWO,
    ),
    (
        "minimax",
        '<minimax:tool_call>\n<invoke name="Bash">\n<parameter name="command">echo "</tool>" é</parameter>\n</invoke>\n'
        '<invoke name="Read">\n<parameter name="path">/a</parameter>\n</invoke>\n</minimax:tool_call>',
        TWO,
    ),
    ("gpt_oss", f"<|channel|>commentary to=functions.Bash <|constrain|>json<|message|>{ARGUMENTS}<|call|>", [BASH]),
    ("gpt_oss", f"<|start|>assistant<|channel|>commentary to=functions.Bash<|message|>{ARGUMENTS}", [BASH]),
]  # fmt: skip
IDS = [f"{parser}-{number}" for number, (parser, _, _) in enumerate(TEXTS)]

NO_CALLS = [
    ("hermes", f"{OPEN} is what I would write"),
    ("hermes", f'{OPEN}{{"name":"Unknown","arguments":{{}}}}{CLOSE} and more'),
    ("hermes", f'{OPEN}{{"name":"Bash","arguments":{{"command":"ls'),
    ("hermes", f"{OPEN}{{{CLOSE}"),
    ("qwen_xml", "<function=Bash><parameter=command>ls"),
    ("mistral", "[TOOL_CALLS] is a mark"),
    ("mistral", '[TOOL_CALLS]Bash{"command":"l'),
    ("kimi", "<|tool_calls_section_begin|><|tool_calls_section_end|>"),
    ("gpt_oss", "<|channel|>commentary to="),
    ("hermes", "a < b, and <tool"),
]


def fed(parser, text, cuts=(), terms=TYPED):
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    return streamed(*map(chunk, pieces), chunk(finish="stop"), terms=terms, profile={"tool_call_parser": parser})


@pytest.mark.parametrize(("parser", "text", "tools"), TEXTS, ids=IDS)
def test_it_reads_a_written_call_and_shows_the_text_before_it(parser, text, tools):
    for reply in (
        fed(parser, "I look." + text),
        fed(parser, "I look." + text, range(1, len(text))),
        whole({"content": "I look." + text}, terms=TYPED, profile={"tool_call_parser": parser}),
    ):
        assert (reply.text, reply.tools, reply.stop_reason) == ("I look.", tools, "tool_use")


@pytest.mark.parametrize(("parser", "text"), NO_CALLS)
def test_it_gives_back_as_text_what_is_no_call(parser, text):
    for reply in (fed(parser, "So: " + text), fed(parser, "So: " + text, range(1, len(text)))):
        assert (reply.text, reply.tools, reply.stop_reason) == ("So: " + text, [], "end_turn")


@given(st.data())
@settings(max_examples=150)
def test_it_finds_the_same_wherever_the_text_is_cut(data):
    parser, text, _ = data.draw(st.sampled_from([*TEXTS, *((*case, []) for case in NO_CALLS)]))
    text = data.draw(st.text("a<[ \n", max_size=5)) + text + data.draw(st.text("a<[ \n", max_size=5))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(text) - 1), max_size=6)))
    one, other = fed(parser, text), fed(parser, text, cuts)
    assert one.message == other.message


def test_it_shows_text_before_a_call_at_once():
    reading = fed("hermes", "Hello <b>you</b>", [5, 7])
    assert reading.deltas("text")[0] == "Hello"


def test_it_is_off_where_nothing_is_said():
    text = TEXTS[0][1]
    assert whole({"content": text}).text == text


def test_it_is_off_where_no_tool_was_offered():
    text = TEXTS[0][1]
    assert fed("hermes", text, terms=terms(tool_names={})).text == text


def test_it_leaves_the_text_alone_where_the_backend_has_a_call_of_its_own():
    text = TEXTS[0][1]
    reply = streamed(
        calls(call('{"path":"/a"}', id="1", name="Read")),
        chunk(text),
        chunk(finish="tool_calls"),
        profile={"tool_call_parser": "hermes"},
    )
    assert (reply.tools, reply.text) == (TWO[1:], text)


def test_it_gives_back_a_call_that_is_cut_off():
    text = TEXTS[0][1][:-20]
    reply = whole({"content": text}, finish="length", profile={"tool_call_parser": "hermes"})
    assert (reply.text, reply.tools, reply.stop_reason) == (text, [], "max_tokens")


def test_it_gives_back_what_is_held_when_the_connection_breaks():
    reading = streamed(stream(chunk("x" + OPEN), done=False), profile={"tool_call_parser": "hermes"})
    assert (reading.failure is not None, reading.deltas("text")) == (True, ["x", OPEN])


def test_a_thousand_openings_cost_no_more_than_their_text():
    text = "<function=" * 1000 + "</function>" * 1000
    assert whole(completion({"content": text}), profile={"tool_call_parser": "qwen_xml"}).text == text
