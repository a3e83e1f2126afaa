"""The command line: `python -m comparisons run` puts every library's gradient of the same loss side by side."""

from __future__ import annotations

import argparse
import shutil
import sys
import textwrap
import traceback
from collections.abc import Sequence
from pathlib import Path

from .backends import COLUMNS
from .libraries import MissingLibrary, require
from .problem import LossError

USAGE = 2


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m comparisons",
        description="Differentiate the same loss with tapes, TensorFlow, JAX and SymPy.",
        epilog="COMMAND --help says more, with examples. Exit status: 0 when all agree, 1 when something disagrees, 2 "
               "for wrong usage.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, short: str, long: str, *examples: str) -> argparse.ArgumentParser:
        typed = "".join(f"\n  {top.prog} {name} {example}".rstrip() for example in examples)
        return commands.add_parser(name, help=short, description=textwrap.fill(long, 80), epilog=f"examples:{typed}",
                                   formatter_class=argparse.RawDescriptionHelpFormatter)

    run = command("run", "compare losses", "Differentiate losses with every library, and hold the results against "
                  "SymPy's derivative and against complex steps.",
                  "", "mlp-small --only tapes,jax,sympy", "examples/my_loss.py --formula",
                  "--html report.html --with speed.json")
    run.add_argument("losses", nargs="*", metavar="LOSS", help="the name of a loss (see `list`), or the path of a .py "
                     "file that defines loss(tf, ...), inputs and data; by default all losses")
    run.add_argument("--dtype", choices=["float32", "float64"], default="float64",
                     help="of inputs and data (default float64)")
    run.add_argument("--seed", type=natural, default=0, help="of random data, inputs and probes (default 0)")
    run.add_argument("--only", metavar="LIBS", help=f"a comma-separated choice of {', '.join(COLUMNS)}")
    run.add_argument("--json", type=Path, metavar="FILE", help="also write everything to FILE")
    run.add_argument("--html", type=Path, metavar="FILE", help="also write it as one page that can be sent to somebody")
    run.add_argument("--with", type=Path, nargs="+", metavar="JSON", dest="with_", help="with --html: what speed, "
                     "accuracy, train, semantics, ops, conventions, fuzz and explain wrote with --json becomes part of "
                     "the page")
    run.add_argument("--formula", action="store_true", help="print the formulas that SymPy derived")
    run.add_argument("--traceback", action="store_true", help="show Python's traceback of an error in a loss")
    command("list", "losses, libraries and versions, and what is missing", "The losses that `run` knows, the libraries "
            "with their versions, and what to type where one is missing.", "")
    explain = command("explain", "every adjoint of a loss, and the rule that is wrong", "The adjoint of every value "
                      "on the tape of a loss, library beside library; going back from the loss, the first that "
                      "differs, and the op whose rule is to blame.", "mlp-small",
                      "examples/my_loss.py --only jax,complex")
    explain.add_argument("loss", metavar="LOSS", help="the name of a loss (see `list`), or the path of a .py file, as "
                         "for `run`")
    explain.add_argument("--dtype", choices=["float32", "float64"], default="float64",
                         help="of inputs and data (default float64)")
    explain.add_argument("--seed", type=natural, default=0, help="of random data and inputs (default 0)")
    explain.add_argument("--rows", type=natural, default=4, metavar="N", help="of data, where there are more than "
                         "twice as many (default 4; 0 for all)")
    explain.add_argument("--only", metavar="LIBS", help="a comma-separated choice of tensorflow, jax, sympy, complex")
    explain.add_argument("--json", type=Path, metavar="FILE", help="also write everything to FILE")
    explain.add_argument("--html", type=Path, metavar="FILE", help="also write the backward pass as a page to step "
                         "through")
    ops = command("ops", "check every op against every oracle", "The value, the gradient, the second order and forward "
                  "mode of every op, held against other libraries and against oracles that know no rule, in both "
                  "precisions. All ops take some minutes.", "tanh matmul", "--jobs 2 --json ops.json")
    ops.add_argument("ops", nargs="*", metavar="OP", help="a name in docs/ops.md; by default all")
    ops.add_argument("--only", metavar="ORACLES", help="a comma-separated choice of complex, central, sympy, "
                     "tensorflow, jax, torch")
    ops.add_argument("--jobs", type=int, metavar="J", help="how many processes at a time (default: one for each core)")
    ops.add_argument("--gaps", action="store_true", help="name every op in the list of what is not checked")
    ops.add_argument("--json", type=Path, metavar="FILE", help="also write everything to FILE")
    semantics = command("semantics", "run tape programs on tapes and TensorFlow", "Programs that show the rules of a "
                        "gradient tape, run on tapes and on TensorFlow, their outcomes side by side.",
                        "", "jacobians", "--all")
    semantics.add_argument("names", nargs="*", metavar="NAME", help="a program, a rule or a group; by default all")
    semantics.add_argument("--all", action="store_true", help="print every program, not only the differences")
    semantics.add_argument("--json", type=Path, metavar="FILE", help="also write everything to FILE")
    conventions = command(
        "conventions", "where libraries give different derivatives, and what each gives",
        "How one asks for a gradient, and corners, ties, edges of domains: what each library is declared to answer "
        "there, and why, measured now on all that are installed. An answer that is not the declared one is a failure, "
        "also when it is suddenly the same as TensorFlow's.", "")
    conventions.add_argument("--json", type=Path, metavar="FILE", help="also write everything to FILE")
    fuzz = command("fuzz", "run random tape programs", "Random tape programs, run on tapes and on other libraries; one "
                   "that disagrees is made short and printed as a script.", "", "--programs 5000 --seed 1 --jobs 2",
                   "--only jax --json fuzz.json")
    fuzz.add_argument("--programs", type=natural, default=500, metavar="N", help="how many (default 500)")
    fuzz.add_argument("--seed", type=natural, default=0, help="which; the same ones whatever --jobs (default 0)")
    fuzz.add_argument("--only", metavar="LIBS", help="tensorflow or jax; by default both, if they are installed")
    fuzz.add_argument("--jobs", type=int, metavar="J", help="how many processes at a time (default 1)")
    fuzz.add_argument("--json", type=Path, metavar="FILE", help="also write everything to FILE")
    accuracy = command("accuracy", "errors in units in the last place", "For each op that works entry by entry, and "
                       "its derivatives, the largest error of every library over the whole domain, against 50 digits, "
                       "in units in the last place of the truth.", "tanh log1p", "--dtype float32 --order 1")
    accuracy.add_argument("ops", nargs="*", metavar="OP", help="a name with a formula in docs/ops.md; by default all")
    accuracy.add_argument("--dtype", choices=["float32", "float64"], default="float64", help="(default float64)")
    accuracy.add_argument("--order", type=int, choices=[0, 1, 2], default=2, help="up to which derivative (default 2)")
    accuracy.add_argument("--points", type=natural, default=80, metavar="N", help="for each op (default 80)")
    accuracy.add_argument("--json", type=Path, metavar="FILE", help="also write everything to FILE")
    train = command("train", "train the same model with every library", "The same models, weights and batches, trained "
                    "by tapes, Keras, JAX, optax and PyTorch, step by step: how far their weights part, in double and "
                    "in single precision.", "", "mlp conv --only tapes,tensorflow --plot paths.png")
    train.add_argument("courses", nargs="*", metavar="COURSE", help="linear, mlp, conv, rnn, batch-norm; by default "
                       "all")
    train.add_argument("--only", metavar="LIBS", help="a comma-separated choice of tensorflow, jax, optax, torch")
    train.add_argument("--steps", type=natural, default=200, metavar="N", help="how many (default 200)")
    train.add_argument("--json", type=Path, metavar="FILE", help="also write everything to FILE")
    train.add_argument("--plot", type=Path, metavar="FILE", help="also draw it, as .png or .svg")
    speed = command("speed", "time every library beside NumPy by hand", "The time of a value and all its gradients in "
                    "every library, each in a process of its own, over that of NumPy written by hand; results are "
                    "compared before they are timed.", "", "mlp-small scalars --only tapes,tapes.function,jax.jit")
    speed.add_argument("workloads", nargs="*", metavar="WORKLOAD", help="by default all twelve; a name that is not "
                       "there brings the list")
    speed.add_argument("--only", metavar="CONTENDERS", help="a comma-separated choice, such as "
                       "tapes,tapes.function,jax.jit; NumPy by hand is always there")
    speed.add_argument("--quick", action="store_true", help="3 short rounds: for a first look")
    speed.add_argument("--rounds", type=natural, metavar="N", help="for each cell (default 9 of 0.2 s)")
    speed.add_argument("--threads", type=natural, metavar="N", help="for each contender (default: one for each core)")
    speed.add_argument("--patience", type=float, default=60.0, metavar="SECONDS", help="for import and compilation "
                       "(default 60)")
    speed.add_argument("--growth", action="store_true", help="also time growing numbers of operations, batches, widths")
    speed.add_argument("--memory", action="store_true", help="also the peak bytes of each workload")
    speed.add_argument("--all", action="store_true", help="both of these: `make speed` writes docs/speed.md with it")
    speed.add_argument("--json", type=Path, metavar="FILE", help="also write everything to FILE")
    speed.add_argument("--plot", type=Path, metavar="FILE", help="also draw it, as .png or .svg")
    speed.add_argument("--markdown", type=Path, metavar="FILE", help="also write the page docs/speed.md to FILE")
    return top


def natural(text: str) -> int:
    """A seed: an integer that is not negative."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"invalid int value: {text!r}: a seed is not negative")
    return number


natural.__name__ = "int"  # argparse names the type in its message


def wrapped(text: str) -> str:
    """A message in lines that fit the terminal; only between words, so that paths stay whole."""
    width = shutil.get_terminal_size((120, 24)).columns
    return textwrap.fill(text, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    arguments = parser().parse_args(argv)
    arguments.spoken = [*(sys.argv[1:] if argv is None else argv)]
    try:
        require("rich")
        from .commands import COMMANDS  # rich is imported only now that it is known to be there

        return COMMANDS[arguments.command](arguments)
    except (LossError, MissingLibrary) as error:
        if getattr(arguments, "traceback", False):
            traceback.print_exception(error)
        said = f"comparisons: {error}"
        if isinstance(error, MissingLibrary):
            said += "; or all that it compares: pip install -e '.[compare]'"
        print(wrapped(said) if sys.stderr.isatty() else said, file=sys.stderr)
        return USAGE
    except BrokenPipeError:  # whoever read the output has seen enough
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        print("comparisons: stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
