"""Screenshots of all pages, to be looked at: `python -m tests.browser FOLDER`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tapes.view import picture
from tests.browser.chromium import browser, missing
from tests.browser.programs import PROGRAMS

SIZES = {"projector": (1920, 1080), "phone": (390, 844)}


def pages(folder: Path) -> Iterator[Path]:
    """Write every page into a folder."""
    for program in PROGRAMS:
        file = folder / f"picture-{program.__name__}.svg"
        picture(*program()).save(str(file))
        yield file


def main() -> None:
    if missing() or len(sys.argv) != 2:
        sys.exit(missing() or __doc__)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as user, browser(Path(user)) as page:
        for file in pages(folder):
            for size, (width, height) in SIZES.items():
                page.resize(width, height)
                for scheme in ("light", "dark"):
                    page.colours(scheme).open(file)
                    page.driver.save_screenshot(str(folder / f"{file.stem}-{size}-{scheme}.png"))
            page.check()
            print(file)


if __name__ == "__main__":
    main()
