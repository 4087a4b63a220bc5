"""Which units of Claude Code's system prompts may go, and what must stay whatever stands around it: data with reasons.

A unit may go only where both agree: the heading that it stands under and the words that it begins with. So a text of
the user under a heading that Claude Code uses too stays, and so does guidance that no rule knows yet. Each opening
counts once in a prompt, where it is first found: what comes later with the same words may be somebody's own.

The table is in the order in which they go, the least valuable first. A paragraph in other words is another opening of
its rule.
"""

from __future__ import annotations

from typing import NamedTuple

IDENTITIES = (
    "You are Claude Code, Anthropic's official CLI",
    "You are a Claude agent, built on Anthropic's Claude Agent SDK",
    "You are an interactive agent that helps users",
    "You are an interactive CLI tool that helps users",
    "You are an agent working with the user",
)
"""How a block of a prompt of Claude Code begins. A prompt without any of them is nobody's business here."""


class Rule(NamedTuple):
    """`heading`: the path of what the unit stands under (`Unit.path`); None: any in this table, or none at all.

    A unit of more than `longest` characters holds something else besides. Behind the environment, where appended
    prompts stand too, only rules count that are `late`.
    """

    name: str
    heading: str | None
    openings: tuple[str, ...]
    reason: str
    longest: int = 4_000
    late: bool = False


_RESTATED = "said again when it happens, by a message of its own"
_MEMORY = "how memories are kept well; where they are, their form and what is in them stays"
_STYLE = "how answers read, nothing that a tool depends on"
_HELP = "what to say about Claude Code itself"
_TOOLS = "repeated by the descriptions of the tools"
_CODE = "habits of good work, which models bring along in part"
_CARE = "what to ask the user about first: goes late"
_HARNESS = "how the client shows text, asks for permission and speaks through tags: goes last"

RULES = (
    Rule("context", "# Context management", ("When the conversation grows long",), _RESTATED, late=True),
    Rule("games", None, ("Do build original games",), "of use in few projects", late=True),
    Rule(
        "memory kinds",
        "# auto memory/## Types of memory",
        ("There are several discrete types", "<types>"),
        _MEMORY,
        10_000,
    ),
    Rule(
        "memory limits",
        "# auto memory/## What NOT to save in memory",
        ("- Code patterns", "These exclusions apply"),
        _MEMORY,
    ),
    Rule(
        "memory and plans",
        "# auto memory/## Memory and other forms of persistence",
        ("Memory is one of several persistence mechanisms",),
        _MEMORY,
    ),
    Rule(
        "memory trust",
        "# auto memory/## Before recommending from memory",
        (
            "A memory that names a specific",
            "- If the memory names a file path",
            '"The memory says X exists"',
            "A memory that summarizes repo state",
        ),
        _MEMORY,
    ),
    Rule("memory use", "# auto memory/## When to access memories", ("- When memories seem relevant",), _MEMORY),
    Rule(
        "memory form",
        "# auto memory/## How to save memories",
        (
            "Saving a memory is a two-step process",
            "**Step 1** — write the memory",
            "```markdown\n---\nname: {{",
            "In the body, link to related memories",
            "**Step 2** — add a pointer",
            "- `MEMORY.md` is always loaded",
        ),
        _MEMORY,
    ),
    Rule(
        "memory aims",
        "# auto memory",
        ("You should build up this memory system", "If the user explicitly asks you to remember"),
        _MEMORY,
    ),
    Rule(
        "memory",
        "# Memory",
        (
            "In the body, link to related memories",
            "`user`: who the user is",
            "`user` — who the user is",
            "After writing the file, add a one-line pointer",
            "Before saving, check for an existing file",
        ),
        _MEMORY,
    ),
    Rule(
        "code references",
        "# Code References",
        ("When referencing specific functions", "<example>"),
        _STYLE,
        late=True,
    ),
    Rule("objectivity", "# Professional objectivity", ("Prioritize technical accuracy",), _STYLE),
    Rule(
        "text output",
        "# Text output (does not apply to tool calls)",
        (
            "Assume users can't see most tool calls",
            "Don't narrate your internal deliberation",
            "When you do write updates",
            "End-of-turn summary:",
            "Match responses to the task:",
            "In code: default to writing no comments",
        ),
        _STYLE,
    ),
    Rule(
        "output efficiency",
        "# Output efficiency",
        ("IMPORTANT: Go straight to the point", "Keep your text output brief"),
        _STYLE,
    ),
    Rule(
        "tone",
        "# Tone and style",
        (
            "- Only use emojis if",
            "You should be concise, direct",
            "<example>\nuser: 2 + 2",
            "<example>\nuser: what is 2+2?",
            "<example>\nuser: is 11 a prime",
            "<example>\nuser: what command should I run to list",
            "<example>\nuser: what command should I run to watch",
            "<example>\nuser: How many golf balls",
            "<example>\nuser: what files are in",
            "When you run a non-trivial bash command",
        ),
        _STYLE,
    ),
    Rule("tone, again", "# Tool usage policy", ("You MUST answer concisely with fewer",), _STYLE),
    Rule("help", None, ("If the user asks for help or wants to give feedback",), _HELP),
    Rule("about Claude Code", None, ("When the user directly asks about Claude Code",), _HELP),
    Rule(
        "task examples",
        "# Task Management",
        (
            "Examples:",
            "<example>\nuser: Run the build and fix",
            "In the above example, the assistant completes",
            "<example>\nuser: Help me write a new feature",
        ),
        _TOOLS,
    ),
    Rule(
        "task management",
        "# Task Management",
        ("You have access to the TodoWrite tools", "It is critical that you mark todos"),
        _TOOLS,
    ),
    Rule(
        "task list, again",
        "# Tool usage policy",
        ("IMPORTANT: Always use the TodoWrite tool",),
        _TOOLS,
        late=True,
    ),
    Rule("using tools", "# Using your tools", ("- Prefer dedicated tools over Bash", "- Do NOT use the Bash"), _TOOLS),
    Rule(
        "tool policy",
        "# Tool usage policy",
        ("- When doing file search, prefer", "- When WebFetch returns a message"),
        _TOOLS,
    ),
    Rule("pronouns", None, ("When you use a pronoun for someone",), _STYLE),
    Rule("acting", None, ("When you have enough information to act",), _CODE, late=True),
    Rule("proactiveness", "# Proactiveness", ("You are allowed to be proactive",), _CODE),
    Rule("code style", "# Code style", ("- IMPORTANT: DO NOT ADD",), _CODE),
    Rule("surrounding code", None, ("Write code that reads like the surrounding code",), _CODE),
    Rule("conventions", "# Following conventions", ("When making changes to files, first",), _CODE),
    Rule(
        "doing tasks",
        "# Doing tasks",
        ("The user will primarily request", "- The user will primarily request"),
        _CODE,
    ),
    Rule("reminders", "# Doing tasks", ("- Tool results and user messages may include",), _HARNESS),
    Rule("privacy", None, ("You must treat information you learn about the user",), _CARE),
    Rule("hard to reverse", None, ("For actions that are hard to reverse",), _CARE),
    Rule(
        "care",
        "# Executing actions with care",
        (
            "Carefully consider the reversibility",
            "Examples of the kind of risky actions",
            "When you encounter an obstacle",
        ),
        _CARE,
    ),
    Rule("hooks", "# Task Management", ("Users may configure 'hooks'",), _HARNESS),
    Rule("system", "# System", ("- All text you output outside of tool use",), _HARNESS),
    Rule("harness", "# Harness", ("- Text you output outside of tool use",), _HARNESS),
)

HEADINGS = frozenset(("", *(rule.heading for rule in RULES if rule.heading is not None)))


class Protected(NamedTuple):
    """`beginning` of a line that keeps its whole unit."""

    beginning: str
    reason: str


PROTECTED = (
    Protected("<env>", "environment"),
    Protected("Here is useful information about the environment", "environment"),
    Protected("You have been invoked in the following environment", "environment"),
    Protected("Primary working directory:", "environment"),
    Protected("Working directory:", "environment"),
    Protected("Additional working directories", "environment"),
    Protected("Platform:", "environment"),
    Protected("Today's date", "environment"),
    Protected("You are powered by the model", "environment"),
    Protected("gitStatus:", "git status"),
    Protected("Current branch:", "git status"),
    Protected("Recent commits:", "git status"),
    Protected("Contents of /", "CLAUDE.md and memory"),
    Protected("Codebase and user instructions", "CLAUDE.md and memory"),
    Protected("You have a persistent", "where memories are"),
    Protected("<system-reminder>", "what the client puts in"),
    Protected("Available agent types", "names for tools"),
    Protected("The following skills are available", "names for tools"),
    Protected("The following deferred tools", "names of tools"),
)
"""Of what is the user's or the project's own. It guards against a unit that runs on into the next one."""

ENVIRONMENT = ("# Environment", "<env>", "Here is useful information about the environment")
"""How the environment begins."""

ENDS = ("# Output Style", "# claudeMd", "Codebase and user instructions", "Contents of /", "gitStatus:")
"""How a unit begins from which on a text is the user's, whatever headings come in it."""

TOOLS = frozenset(
    (
        *("Bash", "BashOutput", "KillBash", "KillShell", "Monitor"),
        *("Read", "Edit", "MultiEdit", "Write", "NotebookEdit", "NotebookRead", "Glob", "Grep", "LS"),
        *("WebFetch", "WebSearch", "ToolSearch", "ReportFindings", "ListAgents", "SendMessage"),
        *("TodoWrite", "TaskCreate", "TaskGet", "TaskList", "TaskOutput", "TaskStop", "TaskUpdate"),
        *("EnterPlanMode", "ExitPlanMode", "EnterWorktree", "ExitWorktree", "AskUserQuestion"),
        *("CronCreate", "CronDelete", "CronList", "ScheduleWakeup", "Workflow"),
    )
)
"""Claude Code's own tools whose descriptions may be shortened. Agent, Task, Skill and SlashCommand are not among them:
older versions list there what users and projects have defined.
"""

URGENT = ("IMPORTANT", "CRITICAL", "ONLY ", "NEVER ", "Do NOT", "You MUST", "You must")
"""How a paragraph of a description begins that stays."""

SKILLS = {
    "claude-api": "Reference for the Claude API",
    "code-review": "Review the current diff",
    "dataviz": "Use this skill whenever you are about to create",
    "deep-research": "Deep research harness",
    "fewer-permission-prompts": "Scan your transcripts",
    "keybindings-help": "Use when the user wants to customize keyboard",
    "loop": "Run a prompt or slash command on a recurring",
    "plugin-authoring": "Make a mod: a change to Claude's own interface",
    "run": "Launch and drive this project's app",
    "simplify": "Review the changed code for reuse",
    "update-config": "Use this skill to configure the Claude Code harness",
    "verify": "Verify that a code change actually does",
    "workflow-authoring": "Reference for writing a Workflow",
}
"""Claude Code's own skills, and how their descriptions begin: a skill of the user's may have the same name."""
