"""The page in a real Chromium, served as `groundswell dashboard` serves it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, FloatRect, Locator, Page, expect

from dashboard import serve
from tests.dashboard import world
from tests.integration.browser import HOW_TO_GET, find_chromium, open_browser
from tests.integration.screenshot import wait_until_drawn

pytestmark = pytest.mark.integration
PATIENCE_MS = 60_000  # the machine may be busy
HOSTILE = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) $x^2$ Quill names a new chair"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = find_chromium()
    if program is None:
        if os.environ.get("CI"):
            pytest.fail(f"{HOW_TO_GET} (in CI nothing is skipped)")
        pytest.skip(HOW_TO_GET)
    with open_browser(program) as opened:
        yield opened


@dataclass
class Served:
    """A running page over a store of its own."""

    store_url: str
    port: int
    end_ms: int
    process: subprocess.Popen[bytes]
    batches: int = 1

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def add(self, headline: str, topic: str = "Financials", url: str = "") -> None:
        """Write a batch that holds one new headline."""
        self.batches += 1
        now_ms = time.time_ns() // 1_000_000
        item = world.keyed(world.scored(9_000 + self.batches, now_ms, headline, -0.6, topic, url))
        world.append(self.store_url, self.batches, [item], self.end_ms, now_ms)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.chdir(tmp_path)  # it must work from anywhere
    now_ms = time.time_ns() // 1_000_000
    end_ms = now_ms // world.HOP_MS * world.HOP_MS
    store = f"sqlite:///{tmp_path}/store.db"
    world.fill(store, end_ms, now_ms)
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port: int = free.getsockname()[1]
    process = serve.start(store, port, refresh_s=1)
    try:
        serve.wait_until_up(process, port, timeout_s=120)
        yield Served(store, port, end_ms, process)
    finally:
        process.terminate()
        process.wait(30)


@dataclass
class Visit:
    """An open page and everything that it said or asked for."""

    page: Page
    said: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def section(self, title: str) -> Locator:
        return self.page.locator("h3.gs-h", has_text=title)

    def chart(self, place: int) -> Locator:
        """0 is the heat map, 1 the timeline, 2 its stories."""
        return self.page.locator("[data-testid=stVegaLiteChart]").nth(place)


def place(part: Locator) -> FloatRect:
    """Where a part of the page stands, once it is drawn and has come to rest; a refresh may draw it anew meanwhile."""
    for _ in range(10):
        expect(part).to_be_visible()
        try:
            part.scroll_into_view_if_needed()  # which waits until it moves no more
        except Error as error:
            if "not attached" not in error.message:
                raise
            continue
        if box := part.bounding_box():
            return box
    msg = f"{part} did not stay on the page long enough to be seen"
    raise AssertionError(msg)


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Visit]:
    page = browser.new_page(viewport={"width": 1600, "height": 1000}, color_scheme="dark")
    seen = Visit(page)
    page.on("console", lambda message: seen.said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.said.append(f"error: {error}"))
    page.on("dialog", lambda dialog: seen.said.append(f"dialog: {dialog.message}"))
    page.on("request", lambda request: seen.hosts.add(urlsplit(request.url).hostname or ""))
    page.on("websocket", lambda one: seen.hosts.add(urlsplit(one.url).hostname or ""))
    expect.set_options(timeout=PATIENCE_MS)
    page.set_default_timeout(PATIENCE_MS)
    page.goto(served.address)
    wait_until_drawn(page)
    yield seen
    page.close()


def test_the_page_shows_the_whole_story_and_talks_to_nobody_else(visit: Visit) -> None:
    page = visit.page
    card = page.locator(".gs-card")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("Financials")
    expect(card).to_contain_text("CRITICAL FIRING")
    expect(card).to_contain_text("Northmere")
    expect(visit.section("Sentiment by topic")).to_be_visible()
    expect(visit.section("Topic Financials")).to_be_visible()
    # Topics stand beside their rows, and their cells are drawn: 9 topics over 6 hours of 5 minutes.
    expect(visit.chart(0).locator("svg")).to_contain_text("Energy | Oil")
    assert visit.chart(0).locator("svg .mark-rect path").count() > 300
    for state in ("pending", "firing"):
        expect(visit.chart(1).locator("svg").get_by_text(state, exact=True)).to_be_visible()
    assert visit.chart(2).locator("svg .mark-rect path").count() > 30
    rows = page.locator(".gs-headlines tbody tr")
    assert rows.count() > 20
    expect(rows.first.locator(".gs-bar i")).to_have_count(3)
    expect(page.locator(".gs-history tbody tr")).to_have_count(2)
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    assert visit.hosts == {"localhost"}
    assert visit.said == []


def test_a_new_headline_appears_by_itself_and_nothing_is_lost(visit: Visit, served: Served) -> None:
    page = visit.page
    visit.chart(0).locator("svg").evaluate("drawing => drawing.setAttribute('data-first', 'yes')")
    page.get_by_text("3 d", exact=True).click()
    expect(page).to_have_url(f"{served.address}/?range=3+d")
    page.locator(".st-key-headlines").evaluate("table => { table.scrollTop = 100 }")
    served.add("Calder freezes three property funds", url="https://news.example/calder")
    fresh = page.locator(".gs-headlines tbody tr", has_text="Calder freezes three property funds")
    expect(fresh).to_have_count(1)
    expect(fresh.locator("a")).to_have_attribute("href", "https://news.example/calder")
    assert page.locator("svg[data-first=yes]").count() == 1, "the chart was updated and not drawn anew"
    assert page.locator(".st-key-headlines").evaluate("table => table.scrollTop") == 100
    expect(page).to_have_url(f"{served.address}/?range=3+d")
    assert visit.said == []


def test_a_click_leads_from_the_heat_map_to_the_headlines_and_back(visit: Visit, served: Served) -> None:
    page, rows = visit.page, visit.page.locator(".gs-headlines tbody tr")
    topic = "topic:Energy | Oil"
    about_oil = sum(topic in item.keys for item in world.market(served.end_ms))
    box = place(visit.chart(0).locator("svg"))
    row = place(visit.chart(0).locator("svg").get_by_text("Energy | Oil"))
    page.mouse.click(box["x"] + 0.6 * box["width"], row["y"] + row["height"] / 2)
    expect(visit.section("Topic Energy | Oil")).to_be_visible()
    expect(visit.section("Headlines: Energy | Oil")).to_contain_text(" to ")
    expect(rows).not_to_have_count(about_oil)
    box = place(visit.chart(1).locator("svg"))
    before = visit.section("Headlines").inner_text()
    page.mouse.click(box["x"] + 0.85 * box["width"], box["y"] + 0.5 * box["height"])
    expect(visit.section("Headlines")).not_to_have_text(before)
    page.get_by_text("Whole range").click()
    expect(visit.section("Headlines: Energy | Oil")).to_contain_text("of the range")
    expect(rows).to_have_count(about_oil)
    page.reload()
    wait_until_drawn(page)
    expect(visit.section("Topic Energy | Oil")).to_be_visible()
    assert visit.said == []


def test_a_page_without_its_server_says_so_and_comes_back(visit: Visit, served: Served) -> None:
    page = visit.page
    banner = "() => getComputedStyle(document.querySelector('.stApp'), '::after').content"
    assert page.evaluate(banner) == "none"
    page.get_by_text("3 d", exact=True).click()
    expect(page).to_have_url(f"{served.address}/?range=3+d")
    served.process.terminate()
    served.process.wait(30)
    page.wait_for_function(f"({banner})().includes('lost its server')")
    again = serve.start(served.store_url, served.port, refresh_s=1)
    try:
        serve.wait_until_up(again, served.port, timeout_s=120)
        page.wait_for_function(f"({banner})() === 'none'")
        served.add("Aster repays its bridge loan")
        expect(page.locator(".gs-headlines tbody tr", has_text="Aster repays")).to_have_count(1)
        expect(page).to_have_url(f"{served.address}/?range=3+d")
    finally:
        again.terminate()
        again.wait(30)


def test_a_hostile_headline_is_only_text(visit: Visit, served: Served) -> None:
    served.add(HOSTILE, url="javascript:alert(1)")
    row = visit.page.locator(".gs-headlines tbody tr", has_text="Quill names a new chair")
    expect(row).to_have_count(1)
    assert row.locator("td").nth(2).inner_text() == HOSTILE
    assert row.locator("a, img, script").count() == 0
    assert visit.said == []
    assert visit.hosts == {"localhost"}


def test_the_light_theme_has_light_charts(served: Served, browser: Browser) -> None:
    served.add("Harrow extends its credit line")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port: int = free.getsockname()[1]
    process = serve.start(served.store_url, port, theme="auto")
    page = browser.new_page(color_scheme="light")
    try:
        serve.wait_until_up(process, port, timeout_s=120)
        page.goto(f"http://localhost:{port}")
        wait_until_drawn(page)
        ground = page.locator(".stApp").evaluate("app => getComputedStyle(app).backgroundColor")
        assert ground == "rgb(255, 255, 255)"
        assert page.locator(".gs-big").first.evaluate("big => getComputedStyle(big).color") == "rgb(26, 32, 41)"
    finally:
        page.close()
        process.terminate()
        process.wait(30)


def test_a_taken_port_is_said_at_once(served: Served) -> None:
    with pytest.raises(serve.ServeError, match=f"port {served.port} is taken"):
        serve.start(served.store_url, served.port)


def test_a_process_that_ends_is_not_waited_for(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"], cwd=tmp_path)
    with pytest.raises(serve.ServeError, match="exit code 3"):
        serve.wait_until_up(process, 1, timeout_s=60)
