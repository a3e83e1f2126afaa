"""Screenshots of all pages, to be looked at: `python -m tests.browser FOLDER`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from comparisons.__main__ import main as comparisons
from tapes.view import picture
from tests.browser.chromium import Page, browser, missing
from tests.browser.programs import DRAWN, STEPPED

SIZES = {"projector": (1920, 1080), "phone": (390, 844)}


def shown(page: Page, folder: Path) -> Iterator[str]:
    """Go from page to page, and say what each is."""
    for program in DRAWN:
        picture(*program()).save(str(folder / f"{program.__name__}.svg"))
        page.open(folder / f"{program.__name__}.svg")
        yield f"picture-{program.__name__}"
    for program in STEPPED:
        for language in ("en", "ja"):
            file = folder / f"{program.__name__}-{language}.html"
            program(language).steps.save(file)
            page.open(file)
            last = page.run("return Number(document.querySelector('input[type=range]').max)")
            for position in sorted({last * part // 8 for part in range(9)}):
                page.walk(["Home", *["ArrowRight"] * position], "")
                yield f"stepper-{program.__name__}-{language}-{position + 1:02}"
    comparisons(["run", "mlp-small", "--only", "tapes,sympy,complex", "--html", str(folder / "report.html")])
    page.open(folder / "report.html")
    yield "report"
    page.run("document.querySelectorAll('details').forEach(details => { details.open = true; }); scrollTo(0, 1500)")
    yield "report-open"


def main() -> None:
    if missing() or len(sys.argv) != 2:
        sys.exit(missing() or __doc__)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as user, browser(Path(user)) as page:
        for name in shown(page, folder):
            for size, (width, height) in SIZES.items():
                for scheme in ("light", "dark"):
                    page.resize(width, height).colours(scheme)
                    page.driver.save_screenshot(str(folder / f"{name}-{size}-{scheme}.png"))
            page.check()
            print(name)


if __name__ == "__main__":
    main()
