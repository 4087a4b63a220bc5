"""A program that books requests as the edge does, for tests that end it at any moment.

    python -m tests.accounting.driver migrate
    python -m tests.accounting.driver lives COUNT SEED     so many lives, each ended by SIGKILL at a random moment
    python -m tests.accounting.driver crash STEP COUNT     a life that ends at the COUNT-th pass of a step
    python -m tests.accounting.driver hold SECONDS         a life that then says its backlog and waits for a word
    python -m tests.accounting.driver settle               adopt what was left behind, print the table as JSON
    python -m tests.accounting.driver sums                 print what reports say and what the rows say

With KEEP_SUMS=1 all processes sum up rows all the time, those of the running hour too.

What a backend was asked (`sent`) and what a client saw complete (`finished`) is appended to files of these names.
"""
# ruff: noqa: E402 - Django is set up before its models are imported

import asyncio
import json
import os
import random
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

import django
from django.conf import settings

settings.DATABASES["default"]["NAME"] = os.environ["DATABASE_NAME"]
django.setup()

from django.core.management import call_command
from django.db.models import Count, Sum

from accounting import copier
from accounting.management.commands.rebuild_rollups import hours_with_rows
from accounting.models import UsageRecord, UsageRollup
from accounting.recorder import Recorder
from accounting.reports.report import report
from accounting.reports.selection import Selection
from accounting.rollups import upkeep
from accounting.rollups.checking import differences
from accounting.rollups.rebuilding import rebuild
from conversion.usage import Usage
from tests.accounting.crash_steps import arm
from tests.accounting.samples import closing, expected_tokens, opening

FOLDER = Path(os.environ["DATA_DIR"])
CLIENTS = 10
FIELDS = ("id", "state", "input_tokens", "output_tokens", "estimated")

copier.LOOK_SECONDS = 0.1  # living processes meet over the same journals
if os.environ.get("KEEP_SUMS"):
    upkeep.EVERY = timedelta(0)
    upkeep.rebuild = lambda before: rebuild(before + timedelta(days=2))


def note(file, request_id):
    descriptor = os.open(FOLDER / file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, f"{request_id}\n".encode())
    os.close(descriptor)


async def request(recorder):
    """One request as the edge serves it."""
    asked = opening(estimated_input_tokens=7)
    tokens = expected_tokens(asked.request_id)
    booking = recorder.open(asked)
    booking.opened()
    note("sent", asked.request_id)
    for part in range(random.randrange(3)):
        booking.progress(min(part, tokens))
        await asyncio.sleep(random.random() / 50)
    await booking.close(closing(usage=Usage(input_tokens=tokens + 1, output_tokens=tokens)))
    note("finished", asked.request_id)


async def traffic(recorder, seconds):
    async def client():
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await request(recorder)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


def live(seconds=60.0):
    recorder = Recorder()
    recorder.start()
    asyncio.run(traffic(recorder, seconds))
    recorder.stop(20)


def fork(function):
    """A child process, made from one that has imported everything."""
    if child := os.fork():
        return child
    try:
        function()
    finally:
        os._exit(1)


def lives(count, seed):
    """Two processes at a time; whenever one is killed, another one takes its place and adopts what it left."""
    moments = random.Random(seed)
    children = [fork(live), fork(live)]
    for _ in range(count):
        time.sleep(moments.uniform(0.02, 0.4))
        end(children.pop(0))
        children.append(fork(live))
    for child in children:
        end(child)


def end(child):
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def crash(step, count):
    """A life that leaves something to adopt, then one that ends at that step."""
    child = fork(live)
    while not (FOLDER / "finished").exists():
        time.sleep(0.01)
    end(child)
    arm(step, count)
    live(5.0)


def hold(seconds):
    recorder = Recorder()
    recorder.start()
    asyncio.run(traffic(recorder, seconds))
    print(recorder.backlog, flush=True)
    sys.stdin.readline()
    recorder.stop(20)


def settle():
    recorder = Recorder()
    recorder.start()
    until = time.monotonic() + 20
    while len(list((FOLDER / "journal").glob("*.lock"))) > 1 and time.monotonic() < until:
        time.sleep(0.02)
    recorder.stop(20)
    rows = list(UsageRecord.objects.order_by("id").values(*FIELDS))
    left = sorted(path.name for path in (FOLDER / "journal").glob("*.lock"))
    print(json.dumps({"rows": rows, "left": left}, default=str))


def sums():
    """What is not due by now is in the sums; the rest is read from the rows."""
    told = report(Selection(), "day").total
    own = {name: getattr(told, name) for name in ("rows", "input_tokens", "output_tokens")}
    rows = UsageRecord.objects.aggregate(
        rows=Count("pk"), input_tokens=Sum("input_tokens"), output_tokens=Sum("output_tokens")
    )
    wrong = [str(each) for each in differences(hours_with_rows(None, None))]
    print(json.dumps({"told": own, "rows": rows, "wrong": wrong, "kept": UsageRollup.objects.count()}))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["migrate"]:
            call_command("migrate", verbosity=0, skip_checks=True)
        case ["lives", count, seed]:
            lives(int(count), int(seed))
        case ["crash", step, count]:
            crash(step, int(count))
        case ["hold", seconds]:
            hold(float(seconds))
        case ["settle"]:
            settle()
        case ["sums"]:
            sums()
