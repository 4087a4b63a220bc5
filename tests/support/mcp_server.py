"""A tool of one's own for Claude Code: an MCP server on standard input and output, run as `python mcp_server.py`.

Its tool `forecast` answers with a text and, where `picture` is asked for, an image.
"""

from __future__ import annotations

import json
import sys
from typing import Any

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
FORECAST = {
    "name": "forecast",
    "description": "The weather of tomorrow",
    "inputSchema": {
        "type": "object",
        "properties": {"place": {"type": "string"}, "picture": {"type": "boolean"}},
        "required": ["place"],
    },
}


def result(method: str, parameters: dict[str, Any]) -> dict[str, Any]:
    match method:
        case "initialize":
            version = parameters["protocolVersion"]
            server = {"name": "weather", "version": "1"}
            return {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": server}
        case "tools/list":
            return {"tools": [FORECAST]}
        case "tools/call":
            return {"content": [*forecast(**parameters["arguments"])]}
    return {}


def forecast(place: str, picture: bool = False) -> list[dict[str, str]]:
    said = [{"type": "text", "text": f"Snow in {place}"}]
    return [*said, {"type": "image", "data": PIXEL, "mimeType": "image/png"}] if picture else said


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        if "id" in asked:
            answer = {"jsonrpc": "2.0", "id": asked["id"], "result": result(asked["method"], asked.get("params") or {})}
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
