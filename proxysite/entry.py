"""The script `claude-code-proxy`: `manage.py serve` where the project is installed as a package."""

import os
import sys


def serve() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "proxysite.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line([sys.argv[0], "serve", *sys.argv[1:]])
