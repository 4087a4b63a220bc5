"""The product's settings, without this machine in them: neither its environment, its `.env` nor its data reach a test.

DATABASE_URL is kept: it says where the tests may make a database of their own.
"""

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / ".env.example"
VARIABLES = re.findall(r"^#?([A-Z_]+)=", EXAMPLE.read_text(), re.MULTILINE)

for name in {*VARIABLES, *(f"{name}_FILE" for name in VARIABLES)} - {"DATABASE_URL"}:
    os.environ.pop(name, None)
os.environ["PYTHON_DOTENV_DISABLED"] = "1"
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="claude-code-proxy-tests-")
if "postgres" in os.environ.get("DATABASE_URL", ""):
    os.environ["SECRET_KEY"] = "only-for-the-tests-" * 3
atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
os.environ["DJANGO_SETTINGS_MODULE"] = "proxysite.settings"  # for processes that the tests start

from proxysite.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
