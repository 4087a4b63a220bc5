"""Whether tool calls are dangerous, as another model judges it (Claude Code's auto mode, `safeguards`).

`calls.py` gathers the calls of a reply, `transcript.py` tells what led to them, `question.py` asks, `verdicts.py` reads
the answer. Whatever is no plain verdict on a call is none: the client then does not run it.
"""
