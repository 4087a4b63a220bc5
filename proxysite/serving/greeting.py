"""What somebody who starts the service is told: one screen, with lines to copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from proxysite.serving.first_start import ADMIN
from proxysite.serving.local_backends import LocalBackend

NO_BACKEND = """\
none yet, so requests have nowhere to go. One of:
           - OPENAI_API_KEY=… in .env (and OPENAI_BASE_URL=…, unless it is OpenRouter's)
           - a backend in the admin
           - manage.py serve --demo, to look around without an account"""


@dataclass(frozen=True, slots=True)
class Greeting:
    """`admin_password` and `client_key`: those that were made just now, which nobody can tell again."""

    url: str
    backends: Sequence[str]
    warnings: Sequence[str]
    admin_password: str | None
    client_key: str | None

    def __str__(self) -> str:
        login = f"   user {ADMIN}, password {self.admin_password} (shown once)" if self.admin_password else ""
        key, remark = self.client_key or "…", "shown once" if self.client_key else "manage.py issue_key NAME makes one"
        warnings = "".join(f"! {warning}\n" for warning in self.warnings)
        return warnings + (
            f"  Admin    {self.url}/admin/{login}\n"
            f"  Backend  {', '.join(self.backends) or NO_BACKEND}\n\n"
            "Start Claude Code with\n\n"
            f"  export ANTHROPIC_BASE_URL={self.url}\n"
            f"  export ANTHROPIC_AUTH_TOKEN={key}   # {remark}\n"
            "  export CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1\n"
            "  claude\n"
        )


def offer(found: LocalBackend) -> str:
    lines = "".join(f"  {line}\n" for line in found.lines)
    return f"{found.program} is running here, with {len(found.models)} model(s). To use it, in .env:\n\n{lines}"
