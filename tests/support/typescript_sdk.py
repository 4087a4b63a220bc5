"""The official TypeScript client, run by node: `TypeScriptClient(url, key).run("return await client.models.list()")`

The script is the body of an asynchronous function. It has the SDK as `Anthropic`, a `client`, and what `run` was given
by name; what it returns comes back as JSON. An exception of the SDK comes back as `Thrown`.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import Any

from tests.support.npm import modules, node

PACKAGE, VERSION = "@anthropic-ai/sdk", "1"
TIMEOUT = 60.0

FRAME = """
const Anthropic = require("@anthropic-ai/sdk");
const { options, script, given } = JSON.parse(require("fs").readFileSync(0));
const client = new Anthropic({ ...options, maxRetries: 0 });
const AsyncFunction = (async () => {}).constructor;
const names = ["Anthropic", "client", "require", ...Object.keys(given)];
new AsyncFunction(...names, script)(Anthropic, client, require, ...Object.values(given)).then(
    (returned) => console.log(JSON.stringify({ returned: returned ?? null })),
    (error) => {
        if (!(error instanceof Anthropic.AnthropicError)) throw error;
        const { status, type, message } = error;
        console.log(JSON.stringify({ thrown: { name: error.constructor.name, status, type, message } }));
    },
);
"""


@dataclass(frozen=True)
class Thrown(Exception):
    name: str
    message: str
    status: int | None = None
    type: str | None = None

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"


@dataclass(frozen=True)
class TypeScriptClient:
    url: str
    key: str

    def run(self, script: str, **given: Any) -> Any:
        options = {"baseURL": self.url, "apiKey": self.key}
        run = subprocess.run(
            [node(), "-e", FRAME],
            env={"PATH": os.environ["PATH"], "NODE_PATH": str(modules("typescript-sdk", PACKAGE, VERSION))},
            input=json.dumps({"options": options, "script": script, "given": given}),
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
        )
        assert run.returncode == 0, run.stderr
        said = json.loads(run.stdout)
        if "thrown" in said:
            raise Thrown(**said["thrown"])
        return said["returned"]
