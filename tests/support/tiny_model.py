"""A language model whose every answer is known, in the GGUF format: it thinks THOUGHT and says ANSWER.

A token's embedding is a unit vector, attention and feed-forward are zero; so the output matrix is a table of which
token follows which. Where a grammar of the server forbids the first of FOLLOWERS, the next one is taken: that is how it
calls a tool (after its answer), with "Graz" for each string and 42 for each number.

    write(path)    # 2 MB, in a fraction of a second
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import prod
from pathlib import Path

from tests.support.gguf_file import Tensor, gguf

THOUGHT = ("They", " greet", " me", ".")
ANSWER = ("Good", " morning", ",", " said", " the", " tiny", " model", "!")
SPOKEN = ("<|assistant|>", "<think>", *THOUGHT, "</think>", "\n", *ANSWER, "<|end|>")

FOLLOWERS: Mapping[str, Sequence[str]] = {
    "!": ["<|end|>", "<tool_call>"],
    "<tool_call>": ["\n"],
    "</tool_call>": ["<|end|>"],
    "\n": ["Good", "</tool_call>"],
    "{": ['"'],
    '"': ["G", "}", "]", ":", ","],
    ":": [" "],
    ",": [" said", " "],
    " ": ['"', "4"],
    "G": ["r"],
    "r": ["a"],
    "a": ["z"],
    "z": ['"'],
    "4": ["2"],
    "2": ["}", ","],
    "]": ["}", ","],
    "}": ["}", "\n"],
}

CONTROL = ("<|end|>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>")
MARKS = ("<think>", "</think>", "<tool_call>", "</tool_call>")

TEMPLATE = """\
{%- if tools %}<|system|>Call a tool as <tool_call>{"name": its name, "arguments": its arguments}</tool_call>
<tools>
{%- for tool in tools %}
{{ tool | tojson }}
{%- endfor %}
</tools>{% endif %}
{%- for message in messages %}
{%- if message.role == "tool" %}<|tool|><tool_response>{{ message.content }}</tool_response>
{%- elif message.role == "assistant" %}<|assistant|>
{%- if message.reasoning_content %}<think>{{ message.reasoning_content }}</think>
{% endif %}{{ message.content or "" }}
{%- for call in message.tool_calls or [] %}<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>{% endfor %}<|end|>
{%- else %}<|{{ message.role }}|>{{ message.content }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}<|assistant|>{% if enable_thinking is defined and enable_thinking is false %}<think></think>
{% endif %}{% endif %}"""

HEAD = 32
"""The width of the one attention head."""


def write(path: Path) -> None:
    vocabulary = Vocabulary()
    path.write_bytes(gguf(values(vocabulary), tensors(vocabulary)))


class Vocabulary:
    """Every byte, every word that the model says, and the marks of its template."""

    def __init__(self) -> None:
        words = dict.fromkeys(word for word in SPOKEN if word not in CONTROL + MARKS and len(word) > 1)
        self.tokens = [*CONTROL, *MARKS, *BYTES.values(), *map(spelt, words)]
        # In GGUF's numbers: control tokens, tokens that the user defined, tokens of text.
        self.kinds = [3] * len(CONTROL) + [4] * len(MARKS) + [1] * (len(BYTES) + len(words))
        self.width = (len(self.tokens) + 31) // 32 * 32  # of an embedding

    def number(self, word: str) -> int:
        return self.tokens.index(word if word in CONTROL + MARKS else spelt(word))


def byte_letters() -> dict[int, str]:
    """The letter that GPT-2 writes for each byte: itself where it can be printed."""
    printed = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printed]
    return {byte: chr(byte) for byte in printed} | {byte: chr(256 + place) for place, byte in enumerate(others)}


BYTES = byte_letters()


def spelt(word: str) -> str:
    return "".join(BYTES[byte] for byte in word.encode())


def values(vocabulary: Vocabulary) -> dict[str, object]:
    return {
        "general.architecture": "llama",
        "llama.context_length": 131_072,
        "llama.embedding_length": vocabulary.width,
        "llama.block_count": 1,
        "llama.feed_forward_length": HEAD,
        "llama.attention.head_count": 1,
        "llama.attention.head_count_kv": 1,
        "llama.attention.key_length": HEAD,
        "llama.attention.value_length": HEAD,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": HEAD,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": vocabulary.tokens,
        "tokenizer.ggml.token_type": vocabulary.kinds,
        "tokenizer.ggml.merges": ["t h"],  # must not be empty
        "tokenizer.ggml.eos_token_id": vocabulary.number("<|end|>"),
        "tokenizer.ggml.bos_token_id": vocabulary.number("<|end|>"),
        "tokenizer.chat_template": TEMPLATE,
    }


def tensors(vocabulary: Vocabulary) -> dict[str, Tensor]:
    width, count = vocabulary.width, len(vocabulary.tokens)
    zeros = {"attn_q": (width, HEAD), "attn_k": (width, HEAD), "attn_v": (width, HEAD), "attn_output": (HEAD, width)}
    zeros |= {"ffn_gate": (width, HEAD), "ffn_up": (width, HEAD), "ffn_down": (HEAD, width)}
    ones = Tensor((width,), array("f", [1.0]) * width)
    return {
        "token_embd.weight": Tensor((width, count), units(width, count)),
        "output.weight": Tensor((width, count), likelihoods(vocabulary)),
        "output_norm.weight": ones,
        "blk.0.attn_norm.weight": ones,
        "blk.0.ffn_norm.weight": ones,
        **{f"blk.0.{name}.weight": Tensor(shape, array("f", bytes(4 * prod(shape)))) for name, shape in zeros.items()},
    }


def units(columns: int, rows: int) -> array[float]:
    """A unit vector in each row."""
    numbers = array("f", [0.0]) * (columns * rows)
    for row in range(rows):
        numbers[row * columns + row] = 1.0
    return numbers


def likelihoods(vocabulary: Vocabulary) -> array[float]:
    """A row for each token that may follow, a column for each that may stand before it.

    The numbers differ by so much that the likeliest token is taken at any temperature. Where nothing is said, that is
    the first one of the vocabulary: the end.
    """
    numbers = array("f", (-float(row) for row in range(len(vocabulary.tokens)) for _ in range(vocabulary.width)))
    for before, followers in {**{before: [after] for before, after in pairwise(SPOKEN)}, **FOLLOWERS}.items():
        for rank, after in enumerate(followers):
            numbers[vocabulary.number(after) * vocabulary.width + vocabulary.number(before)] = 10.0 - rank
    return numbers
