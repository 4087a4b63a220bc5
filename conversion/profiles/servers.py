"""Servers that one runs oneself, and any other backend of the OpenAI kind."""

from __future__ import annotations

from dataclasses import replace

from conversion.profiles.families import FAMILIES, GPT_OSS, MISTRAL_NAMES
from conversion.profiles.profile import BackendProfile, family

_ON_OR_OFF = ("none", "low", "medium", "high")
_NEVER_THINKING = (
    r"(^|/)((code)?llama|gemma-?[123]|phi-?[34](?!.*reasoning)|qwen-?2|mistral|devstral|codestral|command-r)|coder"
)

OLLAMA = BackendProfile(
    dialect="ollama",
    tool_arguments="buffer",  # local models write what must be mended as a whole
    truncates_silently=True,
    stop_limit=None,
    reasoning="effort",
    efforts=_ON_OR_OFF,
    image_urls=False,
    bare_calls_content="",
    reasoning_fields=("reasoning",),
    tool_choices=(),
    schema_style="grammar",
    families=(FAMILIES, (family(_NEVER_THINKING, reasoning="none"),)),  # 400: does not support thinking
)

VLLM = BackendProfile(
    dialect="vllm",
    tool_arguments="buffer",
    stop_limit=None,
    top_k=True,
    reasoning="template_both",
    efforts=_ON_OR_OFF,
    prefill="continue",
    parallel_tool_calls=True,
    families=(
        FAMILIES,
        (
            family(GPT_OSS, reasoning="effort", efforts=("low", "medium", "high")),
            family(MISTRAL_NAMES, reasoning="none"),  # 400: its tokenizer knows no chat template
        ),
    ),
)
SGLANG = replace(
    VLLM,
    dialect="sglang",
    parallel_tool_calls=False,
    compaction_help=("reminder",),  # the choice `none` takes the tools out of the prompt, and the cache is lost
)

LLAMACPP = BackendProfile(
    dialect="llamacpp",
    tool_arguments="buffer",
    stop_limit=None,
    top_k=True,
    reasoning="template",
    efforts=_ON_OR_OFF,
    image_urls=False,
    prefill="leave",
    tool_choices=("auto", "any", "none"),  # an object is taken for `auto`, silently
    schema_style="grammar",
    families=(FAMILIES, (family(GPT_OSS, reasoning="effort", efforts=("low", "medium", "high")),)),
)
LMSTUDIO = replace(LLAMACPP, dialect="lmstudio", stop_limit=4, prefill="instruct")

GENERIC = BackendProfile(families=(FAMILIES,))
