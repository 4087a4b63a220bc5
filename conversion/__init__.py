"""The translation between the Anthropic Messages API and OpenAI-compatible chat completions.

Sans-IO: bytes and values in, bytes and values out. No clock, no random, no settings, no framework:
identifiers, secrets and "now" are arguments. Two directions that do not know each other:

request/   a Messages request → a chat completion request, what was lost (`Notice`), what the reply owes (`ReplyTerms`)
reply/     a backend's bytes → deltas → `MessageStream` → events → SSE, or their fold: a Message
"""
