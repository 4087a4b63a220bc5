"""A backend to try without any account: OpenAI-compatible, deterministic, and without a model behind it.

conversation   what the request asks for, as far as the demo cares
samples        values that fit a JSON schema
answers        what the demo says: text, reasoning, tool calls
completions    the answer as a chat completion, whole or in chunks
application    the ASGI application: /v1/models and /v1/chat/completions
server         its socket, as a command or beside the service
"""
