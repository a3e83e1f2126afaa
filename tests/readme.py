"""Nothing that the README and docs show is typed by hand: `python -m tests.readme` makes all of it again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from comparisons.conventions import page as conventions
from comparisons.ops.page import page
from comparisons.semantics import RULES, TOPICS, registry
from tapes.diagnose.causes import CAUSES
from tapes.diagnose.remedies import REMEDIES
from tapes.graph.passes import PASSES

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
# A comment before a fenced block, <!-- output of: COMMAND --> or <!-- file: PATH -->, or before a table,
# <!-- lines of: PATHS -->, <!-- course of: FOLDER --> or <!-- passes of: FOLDER -->.
BLOCK = re.compile(r"<!-- (?P<kind>output of|file|lines of|course of|passes of): (?P<what>.+?) -->\n"
                   r"(?P<body>(?:```\w*\n.*?```|(?:\|[^\n]*\n)+))", re.DOTALL)


BY_HAND = [README, *(ROOT / f"docs/{name}.md" for name in ("compare", "course", "function", "see"))]


def blocks() -> list[tuple[Path, str, str, str]]:
    """Page, kind, what, and body of each generated block of the README, and of the pages that are written by hand."""
    return [(where, m["kind"], m["what"], m["body"]) for where in BY_HAND
            for m in BLOCK.finditer(where.read_text(encoding="utf-8"))]


def made(where: Path, kind: str, what: str) -> str:
    """What a block of a page should hold."""
    text = _made(kind, what)
    return text if where is README or kind in ("file", "output of") else text.replace("](", "](../")


def _made(kind: str, what: str) -> str:
    if kind == "file":
        return f"```python\n{(ROOT / what).read_text(encoding='utf-8')}```"
    if kind == "lines of":
        rows = ["| read | lines | it says |", "| --- | ---: | --- |"]
        for name in what.split():
            text = (ROOT / name).read_text(encoding="utf-8")
            sentence = text.split('"""')[1].strip().splitlines()[0]
            rows.append(f"| [{name}]({name}) | {len(text.splitlines())} | {sentence} |")
        return "\n".join(rows) + "\n"
    if kind == "passes of":
        return passes(what)
    if kind == "course of":
        return course(ROOT / what)
    return f"```text\n{run(what)}```"


def passes(folder: str) -> str:
    """A row for each pass of `tapes.function`, in their order: its name, its file, and what that says of itself."""
    rows = ["| in `graph()` and `off` | read | it says |", "| --- | --- | --- |"]
    for name, one in PASSES.items():
        file = f"{one.__module__.rpartition('.')[2]}.py"
        sentence = (ROOT / folder / file).read_text(encoding="utf-8").split('"""')[1].strip().splitlines()[0]
        rows.append(f"| {name} | [{file}]({folder}/{file}) | {sentence} |")
    return "\n".join(rows) + "\n"


def course(folder: Path) -> str:
    """A row for each lesson: script, notebook, and its one sentence in English and in Japanese."""
    rows = ["| | lesson | it says | 内容 |", "| ---: | --- | --- | --- |"]
    for script in sorted(folder.glob("[0-9]*.py")):
        number, name = script.stem.split("_", 1)
        text = script.read_text(encoding="utf-8").split('"""')[1]
        english, _, japanese = (part.replace("\n", "") for part in text.strip().split("\n\n"))  # a row is one line
        at = folder.relative_to(ROOT).as_posix()
        rows.append(f"| {int(number)} | [{name.replace('_', ' ')}]({at}/{script.name}), [notebook]"
                    f"({at}/notebooks/{script.stem}.ipynb) | {english} | {japanese.partition('。')[0]}。 |")
    return "\n".join(rows) + "\n"


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


DIAGNOSIS = """\
# When a gradient is None, nan, or wrong

`tape.why_none(target, source)` says why a gradient is None. From the tape alone it tells what the tape knows; inside
`with tapes.diagnose.history():` it names the op and the line of your program, also when `gradient` has used the tape
up. A history hears every op of its thread, in and outside of tapes; it keeps names and numbers, but no arrays, for the
last 50,000 ops, and ops are slower while it listens. In a notebook, `history().start()` and `stop()` do without the
block. The answer is an object: `cause`, `op`, `file`, `line`, `fix`, and `more`, what stands in the way behind the
first cause. For a list of sources there is one for each.

`tape.first_nan(target, sources)` finds the step at which the first nan or inf arises, forward or backward, if it spoils
the target or a gradient.

`tapes.check_gradients(f, *args)` holds the gradients of a function, such as an op or a `custom_gradient` of your own,
against what its values show, and names the usual mistakes; in a test, add `.raise_if_wrong()`. It makes the arguments
float64. A Variable or tensor that the function takes from outside stays as it is, so hand that over as an argument too:
`tapes.check_gradients(lambda x, w: w * x, x, w)`.

This page is made from the lessons and the code by `python -m tests.readme docs`.

"""


def diagnosis() -> str:
    """The page on diagnosis: three lessons, what they print, and every cause that is known."""
    lines = DIAGNOSIS.splitlines()
    for title, path in (("Why is it None?", "examples/06_why_is_it_none.py"),
                        ("Where nan comes from", "examples/07_where_nan_comes_from.py"),
                        ("Is my rule right?", "examples/08_is_my_rule_right.py")):
        printed = _made("output of", f"python {path}")
        lines += [f"## {title}", "", _made("file", path), "", "It prints:", "", printed, ""]
    lines += ["## Every cause of None", "", "| cause | what happened | what to do |", "| --- | --- | --- |"]
    words = {"s": "the source", "t": "the target", "op": "the op", "parent": "the tensor",
             "at": "at a line that is named", "dtype": "an integer or boolean",
             "wrong": "the target or source is no tensor", "there": "", "origin": "", "roots": "",
             "when": " when the op used it", "instead": ""}
    for cause, texts in CAUSES.items():
        lines.append("| " + " | ".join([cause, *(text.format(**words) for text in texts)]) + " |")
    lines += ["", "## Every known cause of nan and inf", "", "| ops | why | what to do |", "| --- | --- | --- |"]
    lines += [f"| {', '.join(each.ops.split())} | {each.why.format(op='the op')} | {each.fix.format(op='f')} |"
              for each in REMEDIES]
    return "\n".join([*lines, ""])


def who_says_what() -> str:
    """The page of conventions: measured anew where a declaration has changed since it was made."""
    path = ROOT / "docs/conventions.md"
    return conventions.page(path.read_text(encoding="utf-8") if path.exists() else "")


def tape() -> str:
    """The picture of lesson 11; "" where no library is there to lay it out."""
    import contextlib
    import importlib.util
    import io
    import runpy
    import tempfile

    if importlib.util.find_spec("grandalf") is None:
        return ""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        return str(runpy.run_path(str(ROOT / "examples/11_see_the_tape.py"))["picture"].svg())


PAGES = {"docs/tape.svg": tape, "docs/ops.md": page, "docs/differences.md": differences, "docs/diagnosis.md": diagnosis,
         "docs/conventions.md": who_says_what}  # whole pages, and what makes them


def _cell(outcome: str) -> str:
    return "`" + outcome.replace("|", "\\|") + "`"


def run(command: str) -> str:
    """What a command of the README prints; `| head -n N` as its last part keeps the first N lines."""
    command, _, first = command.partition(" | head -n ")
    words = [sys.executable if word == "python" else word for word in command.split()]
    wide = {**os.environ, "COLUMNS": "120"}  # whatever the terminal
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False, env=wide)
    if done.returncode:
        raise RuntimeError(f"{command}: status {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    return "\n".join(lines[:int(first)] if first else lines).strip("\n") + "\n"


def main() -> None:
    wanted = sys.argv[1:]  # words of the blocks to make again; by default all
    chosen = [block for block in blocks() if not wanted or any(word in block[2] for word in wanted)]
    for where, kind, what, body in sorted(chosen, key=lambda block: "make test" in block[2]):  # that tests the others
        print(f"{kind}: {what}", flush=True)
        head = f"<!-- {kind}: {what} -->\n"
        text = where.read_text(encoding="utf-8")
        where.write_text(text.replace(head + body, head + made(where, kind, what)), encoding="utf-8")
    for name, make in PAGES.items():
        if not wanted or any(word in name for word in wanted):
            print(name, flush=True)
            if text := make():
                (ROOT / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
