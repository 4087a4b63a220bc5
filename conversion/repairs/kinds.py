"""Every kind of repair, in a sentence for people: what is done differently since."""

from __future__ import annotations

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    # length
    "room": "fewer output tokens, so that prompt and reply fit into the context window",
    "credit": "fewer output tokens, as many as the backend's account can pay for",
    "output_limit": "fewer output tokens, as many as the model can write",
    "minimum_max_tokens": "at least as many output tokens as the backend wants to be asked for",
    "max_tokens_field": "the length of the reply is told in the other field, max_tokens or max_completion_tokens",
    # fields
    "field": "the field is left out",
    "cache_markers": "cache markers are left out",
    "stop_sequences": "fewer stop sequences; the gateway watches for the others",
    # thinking
    "effort_with_tools": "no reasoning effort beside tools",
    "efforts": "only the words for the reasoning effort that the backend knows",
    "reasoning_summary": "no summaries of the reasoning are asked for",
    "reasoning": "nothing is said about reasoning: the model does none",
    "reasoning_filler": "turns whose reasoning is not known carry an empty one",
    "reasoning_fields": "the reasoning of earlier turns is left out",
    "reasoning_state": "the reasoning of earlier turns is left out of this conversation",
    "call_signature": "tool calls without a signature carry one that stands for it",
    # messages
    "images": "images are replaced by a text that says so",
    "files": "documents are given as text, or replaced by a text that says so",
    "system_messages": "system messages within the conversation become text of the user",
    "user_after_tool": "a message of the assistant stands between tool results and the user's words",
    "alternation": "user and assistant take turns, and the user begins",
    "tool_ids": "ids of tool calls are shortened",
    "system_role": "the system prompt has the role system",
    "text_parts": "messages that are nothing but text are strings",
    "prefill": "the model is told to continue its last message",
    # tools
    "strict_tools": "schemas of tools are not enforced strictly",
    "tool_schema": "the schema of the tool is simpler, and in the end left out with the tool",
    "schemas": "the schemas of all tools are simpler",
    "tool_choice": "the choice of a tool that cannot be demanded becomes an instruction",
    "allowed_tools": "tools that may not be called are not listed",
    "tool_limit": "fewer tools; those that were used stay",
    "tool_names": "names of tools begin with a letter",
    "description_limit": "descriptions of tools are cut; the rest is in the system prompt",
    # answers
    "temperature": "a lower temperature, after a tool call that the backend could not read",
    "format_with_tools": "the format of the answer is an instruction where there are tools",
    "strict_format": "the format of the answer is not enforced strictly",
    "response_format": "the schema of the answer is an instruction",
    "wire": "the model is asked by the Responses API",
    "streaming": "replies are asked for in the other way, streamed or whole; clients get theirs",
}
