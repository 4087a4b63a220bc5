"""Which test proves which conformance case: `python -m tests.support.conformance`

A test names its cases in a comment, `# protocol D71, D73–D75`, within it, above it, or in a table or fixture that it
uses. The cases are listed in conformance_cases.txt; those without a test, with the reason, in a table of
proxysite/docs/compatibility.md. A case with neither is an error, and so is a reason for a case that has its test by now.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CASES = Path(__file__).with_name("conformance_cases.txt")
REASONS = ROOT / "proxysite" / "docs" / "compatibility.md"

COMMENT = re.compile(r"# protocol (?P<cases>[A-K]\d+(?:(?:, |–)[A-K]\d+)*)(?::|$)")
SPAN = re.compile(r"([A-K])(\d+)(?:–[A-K](\d+))?")
REASON = re.compile(r"\| (?P<cases>[A-K]\d+(?:(?:, |–)[A-K]\d+)*) \| (?P<reason>.+) \|")


@dataclass(frozen=True)
class Table:
    """What is known of each case; the keys of `tests` and `reasons` are cases."""

    cases: Mapping[str, str]
    tests: Mapping[str, tuple[str, ...]]
    reasons: Mapping[str, str]

    def faults(self) -> list[str]:
        """What is wrong with the table, a line each; empty when it is complete."""
        tests, reasons = self.tests.keys(), self.reasons.keys()
        return [
            *(f"{case} has neither a test nor a reason" for case in self.cases if case not in tests | reasons),
            *(f"{case} has a test: its reason is out of date" for case in self.cases if case in tests & reasons),
            *(f"{case} is no case" for case in sorted((tests | reasons) - self.cases.keys())),
        ]

    def lines(self) -> Iterator[str]:
        for case, says in self.cases.items():
            if case in self.tests:
                yield f"{case:5}{says}"
                yield from (f"       {test}" for test in self.tests[case])
        yield "\nWithout a test:"
        for case, reason in self.reasons.items():
            yield f"{case:5}{self.cases.get(case)}\n       {reason}"
        yield f"\n{len(self.cases)} cases: {len(self.tests)} with tests, {len(self.reasons)} without for a reason"


def table() -> Table:
    return Table(listed(CASES.read_text()), proven(ROOT / "tests"), explained(REASONS.read_text()))


def listed(text: str) -> dict[str, str]:
    rows = (line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#"))
    return dict(rows)


def explained(text: str) -> dict[str, str]:
    rows = [REASON.fullmatch(line) for line in text.splitlines()]
    return {case: row["reason"] for row in rows if row is not None for case in named(row["cases"])}


def proven(folder: Path) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for file in sorted(folder.rglob("test_*.py")):
        source = file.read_text()
        if "# protocol" in source:
            for case, test in claims(source):
                found.setdefault(case, {})[f"{file.relative_to(folder.parent)}::{test}"] = None
    return {case: tuple(tests) for case, tests in found.items()}


def claims(source: str) -> Iterator[tuple[str, str]]:
    """The cases that a file names, each with a test that proves it."""
    statements = ast.parse(source).body
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and token.string.startswith("# protocol "):
            comment = COMMENT.match(token.string)
            statement = next(each for each in statements if (each.end_lineno or 0) >= token.start[0])
            for test in tests_of(statement, statements):
                yield from ((case, test) for case in (named(comment["cases"]) if comment else [token.string]))


def tests_of(statement: ast.stmt, statements: Iterable[ast.stmt]) -> Iterator[str]:
    """The test that the statement is, or the tests that use what it defines."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name.startswith("test_"):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.Assign(targets=[ast.Name(id=name)]):
            others = [each for each in statements if each is not statement]
            for user in others:
                if name in names_in(user):
                    yield from tests_of(user, others)


def names_in(statement: ast.stmt) -> set[str]:
    nodes = list(ast.walk(statement))
    read = {node.id for node in nodes if isinstance(node, ast.Name)}
    return read | {node.arg for node in nodes if isinstance(node, ast.arg)}


def named(cases: str) -> list[str]:
    """`D71, D73–D75` → D71, D73, D74, D75"""
    spans = SPAN.findall(cases)
    return [f"{letter}{n}" for letter, first, last in spans for n in range(int(first), int(last or first) + 1)]


def main() -> int:
    complete = table()
    print(*complete.lines(), sep="\n")
    faults = complete.faults()
    print(*faults, sep="\n", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
