"""A picture of a running page: `python -m tests.integration.screenshot URL FILE`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from playwright.sync_api import Page

from tests.integration.browser import HOW_TO_GET, find_chromium, open_browser

SETTLE_MS = 2_500


def wait_until_drawn(page: Page, timeout_ms: int = 90_000) -> None:
    """Return once the status line stands and every chart has its drawing."""
    page.locator(".gs-status").wait_for(timeout=timeout_ms)
    page.locator(".gs-headlines tbody tr").first.wait_for(timeout=timeout_ms)
    page.wait_for_function(
        "() => { const all = [...document.querySelectorAll('[data-testid=stVegaLiteChart]')];"
        " return all.length > 0 && all.every(one => one.querySelector('canvas, svg')); }",
        timeout=timeout_ms,
    )
    page.wait_for_timeout(SETTLE_MS)


def take(url: str, file: Path, width: int = 1600, height: int = 1000, scheme: str = "dark") -> None:
    program = find_chromium()
    if program is None:
        sys.exit(HOW_TO_GET)
    with open_browser(program) as browser:
        page = browser.new_page(
            viewport={"width": width, "height": height}, color_scheme="light" if scheme == "light" else "dark"
        )
        page.goto(url)
        wait_until_drawn(page)
        page.screenshot(path=file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("file", type=Path)
    parser.add_argument("--width", type=int, default=1600)
    parser.add_argument("--height", type=int, default=1000)
    parser.add_argument("--scheme", choices=("dark", "light"), default="dark")
    given = parser.parse_args()
    take(given.url, given.file, given.width, given.height, given.scheme)
    print(f"{given.file}: {given.file.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
