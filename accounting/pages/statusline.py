"""The script for Claude Code's status line, to be fetched by everybody: it holds no secret."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse

SCRIPT = Path(__file__).parent / "statusline.sh"


def statusline(request: HttpRequest) -> HttpResponse:
    return HttpResponse(SCRIPT.read_bytes(), content_type="text/x-shellscript; charset=utf-8")
