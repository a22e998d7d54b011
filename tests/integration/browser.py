"""A real Chromium, driven through Playwright: where it is found, and how to get it.

`python -m tests.integration.browser` says which one is used, or how to get one (exit code 1).
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

VARIABLE = "CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HOW_TO_GET = (
    "no Chromium was found: `apt-get update && apt-get install -y --no-install-recommends chromium` (Debian, Ubuntu), "
    f"or name one in the environment variable {VARIABLE}"
)


def find_chromium() -> Path | None:
    """The program that CHROMIUM names, else the first known name on the path."""
    named = os.environ.get(VARIABLE)
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


@contextmanager
def open_browser(program: Path) -> Generator[Browser]:
    """A headless browser that looks for nothing on the network by itself."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS), timeout=120_000)
        try:
            yield browser
        finally:
            browser.close()


def main() -> int:
    program = find_chromium()
    print(program or HOW_TO_GET, file=sys.stdout if program else sys.stderr)
    return 0 if program else 1


if __name__ == "__main__":
    sys.exit(main())
