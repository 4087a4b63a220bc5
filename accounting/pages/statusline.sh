#!/bin/sh
# A status line for Claude Code: what your key used today, and how much of its budget. Claude Code runs it with the two
# variables that connect it. In ~/.claude/settings.json:
#   "statusLine": {"type": "command", "command": "sh ~/.claude/gateway-statusline.sh"}
cat >/dev/null # what Claude Code says of itself is not needed
# The key goes through a pipe: the arguments of a program can be seen by everybody on the machine.
printf 'Authorization: Bearer %s\n' "${ANTHROPIC_AUTH_TOKEN:-$ANTHROPIC_API_KEY}" |
    curl --silent --fail --max-time 2 --header @- --header 'Accept: text/plain' "${ANTHROPIC_BASE_URL%/}/v1/usage" ||
    echo 'usage unknown'
