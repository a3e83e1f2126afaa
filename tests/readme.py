"""Nothing that the README and docs show is typed by hand: `python -m tests.readme` makes all of it again."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from comparisons.semantics import RULES, TOPICS, registry

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
# A comment before a fenced block, <!-- output of: COMMAND --> or <!-- file: PATH -->, or before a table,
# <!-- lines of: PATHS -->.
BLOCK = re.compile(r"<!-- (?P<kind>output of|file|lines of): (?P<what>.+?) -->\n"
                   r"(?P<body>(?:```\w*\n.*?```|(?:\|[^\n]*\n)+))", re.DOTALL)


def blocks() -> list[tuple[str, str, str]]:
    """Kind, what, and body of each generated block of the README."""
    return [(m["kind"], m["what"], m["body"]) for m in BLOCK.finditer(README.read_text(encoding="utf-8"))]


def made(kind: str, what: str) -> str:
    """What a block should hold."""
    if kind == "file":
        return f"```python\n{(ROOT / what).read_text(encoding='utf-8')}```"
    if kind == "lines of":
        rows = ["| read | lines | it says |", "| --- | ---: | --- |"]
        for name in what.split():
            text = (ROOT / name).read_text(encoding="utf-8")
            sentence = text.split('"""')[1].strip().splitlines()[0]
            rows.append(f"| [{name}]({name}) | {len(text.splitlines())} | {sentence} |")
        return "\n".join(rows) + "\n"
    return f"```text\n{run(what)}```"


DIFFERENCES = """\
# Where tapes differs from TensorFlow, on purpose

Each row is a program in [comparisons/semantics/programs](../comparisons/semantics/programs) that runs on both
libraries; `python -m comparisons semantics` fails when one of them differs without being declared here, or is declared
and does not differ. `...` stands for the rest of a message; those of tapes go on with what to do.

This page is made from the programs by `python -m tests.readme docs`.

"""


def differences() -> str:
    """The page of the deliberate differences, topic by topic, from the programs that show them."""
    lines = DIFFERENCES.splitlines()
    for letter, topic in TOPICS.items():
        here = [program for program in registry.values() if program.because and program.rule.startswith(letter)]
        if here:
            lines += [f"## {topic[0].upper()}{topic[1:]}", "", "| what | why | tapes | TensorFlow |",
                      "| --- | --- | --- | --- |"]
            lines += [f"| {p.title} | {p.because} | {_cell(p.tapes)} | {_cell(p.tensorflow)} |"
                      for p in sorted(here, key=lambda program: list(RULES).index(program.rule))]
            lines.append("")
    return "\n".join(lines)


PAGES = {"docs/differences.md": differences}  # whole pages, and what makes them


def _cell(outcome: str) -> str:
    return "`" + outcome.replace("|", "\\|") + "`"


def run(command: str) -> str:
    """What a command of the README prints; `| tail -n N` as its last part keeps the last N lines."""
    command, _, last = command.partition(" | tail -n ")
    words = [sys.executable if word == "python" else word for word in command.split()]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        raise RuntimeError(f"{command}: status {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    lines = lines[-int(last):] if last else lines
    return "\n".join(line.rstrip("─").rstrip() for line in lines).strip("\n") + "\n"


def main() -> None:
    wanted = sys.argv[1:]  # words of the blocks to make again; by default all
    chosen = [block for block in blocks() if not wanted or any(word in block[1] for word in wanted)]
    for kind, what, body in sorted(chosen, key=lambda block: "make test" in block[1]):  # which tests the other blocks
        print(f"{kind}: {what}", flush=True)
        head = f"<!-- {kind}: {what} -->\n"
        text = README.read_text(encoding="utf-8")
        README.write_text(text.replace(head + body, head + made(kind, what)), encoding="utf-8")
    for name, make in PAGES.items():
        if not wanted or any(word in name for word in wanted):
            print(name, flush=True)
            (ROOT / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
