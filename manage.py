#!/usr/bin/env python3
"""Django's command line; `serve` and `test` first make an environment where Django is missing (bootstrap.py)."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "proxysite.settings")
    from proxysite.bootstrap import ensure_environment

    ensure_environment(sys.argv)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
