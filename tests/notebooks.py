"""The notebooks of the course are made from its scripts, and run: `python -m tests.notebooks`; words choose some."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_markdown_cell

ROOT = Path(__file__).resolve().parent.parent
COURSE = sorted((ROOT / "examples" / "article").glob("[0-9]*.py"))
WIDE = r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]"  # Japanese letters, between which a line may end anywhere
MARK = r"[\u3000-\u303f\uff00-\uff0f\uff1a]"  # and signs like 、。「」():, beside which there is never a space
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def notebook_of(script: Path) -> Path:
    return script.parent / "notebooks" / f"{script.stem}.ipynb"


def made(script: Path) -> Any:
    """The notebook of a script, not run yet: its docstring and the titles of its cells become text."""
    code = jupytext.reads(script.read_text(encoding="utf-8"), fmt="py:percent").cells
    first, after = opening(code[0].source)
    lesson, *paragraphs = first.split("\n\n")
    heading = f"# {int(script.stem.split('_')[0])}. {lesson}"
    cells = [new_markdown_cell("\n\n".join([heading, *map(flowing, paragraphs)]))]
    code[0].source = after
    for cell in code:
        title, cell.source = titled(cell)
        cells += [new_markdown_cell(title)] * bool(title) + [cell] * bool(cell.source)
    for i, cell in enumerate(cells):
        cell.id, cell.metadata = f"cell-{i}", {}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})


def opening(source: str) -> tuple[str, str]:
    """The docstring that a cell begins with, and what comes after it."""
    tree = ast.parse(source)
    after = source.splitlines()[tree.body[0].end_lineno or 0:]
    return ast.get_docstring(tree) or "", "\n".join(after).strip("\n")


def titled(cell: Any) -> tuple[str, str]:
    """The title of a cell, in English and then in Japanese, and its code: `# %% English`, and below it `# 日本語`."""
    lines = cell.source.splitlines()
    title = [cell.metadata.get("title", "")]
    while title[0] and lines and lines[0].startswith("# ") and re.search(WIDE, lines[0]):
        title.append(lines.pop(0)[2:])
    return "\n\n".join(filter(None, [title[0], flowing("\n".join(title[1:]))])), "\n".join(lines)


def flowing(paragraph: str) -> str:
    """A paragraph in one line; no space where a Japanese sentence goes on."""
    return re.sub(f"(?<={WIDE})\n(?={WIDE})|(?<={MARK})\n|\n(?={MARK})", "", paragraph).replace("\n", " ")


@contextmanager
def kernel() -> Iterator[NotebookClient]:
    """A Python for notebooks, which all of them share, since TensorFlow takes seconds to import."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # several would only wait for each other
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    manager = AsyncKernelManager(kernel_name="python3", transport="tcp" if os.name == "nt" else "ipc")
    client = NotebookClient(nbformat.v4.new_notebook(), km=manager, timeout=120, record_timing=False)
    client.owns_km = True  # it is this kernel's only user, and ends it
    with client.setup_kernel(cwd=str(ROOT)):
        yield client


def run(client: NotebookClient, notebook: Any) -> Any:
    """Run a notebook as if it were alone: what others have defined is forgotten first."""
    client.nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("%reset -f -s")])
    client.execute_cell(client.nb.cells[0], 0)
    client.nb, client.code_cells_executed = notebook, 0
    for i, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            client.execute_cell(cell, i, execution_count=client.code_cells_executed + 1)
            cell.outputs = [tidied(output) for output in cell.outputs]
    return notebook


def tidied(output: Any) -> Any:
    """An output without what differs from machine to machine."""
    output.pop("execution_count", None)
    return output


def main() -> None:
    words = sys.argv[1:]
    with kernel() as client:
        for script in COURSE:
            if not words or any(word in script.stem for word in words):
                print(notebook_of(script).relative_to(ROOT), flush=True)
                nbformat.write(run(client, made(script)), notebook_of(script))


if __name__ == "__main__":
    main()
