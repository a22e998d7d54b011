"""The page run headless by Streamlit's own tester, on a real store."""

from __future__ import annotations

import re
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.serve import APP, STORE_VARIABLE
from monitor.queries import Reader
from tests.dashboard import world


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    address = f"sqlite:///{tmp_path}/store.db"
    monkeypatch.setenv(STORE_VARIABLE, address)
    return address


def run(app: AppTest | None = None) -> AppTest:
    app = (app or AppTest.from_file(str(APP), default_timeout=120)).run()
    assert not app.exception, app.exception
    return app


def html(app: AppTest) -> str:
    return "\n".join(element.value for element in app.get("html") if not element.value.startswith("<style"))


def charts(app: AppTest) -> int:
    return len(app.get("vega_lite_chart"))


def test_a_missing_store_is_explained(url: str) -> None:
    app = run()
    assert "There is no store to show" in html(app)
    assert "store.db" in html(app)
    assert "groundswell run --config" in html(app)
    assert not app.selectbox


def test_a_file_that_is_no_store_is_explained(url: str, tmp_path: Path) -> None:
    (tmp_path / "store.db").write_text("headline,time\nHarrow lifts guidance,1\n" * 100)
    assert "There is no store to show" in html(run())


def test_an_empty_store_is_explained_and_then_filled(url: str) -> None:
    from monitor.store import Store

    Store.open(url).close()
    app = run()
    assert "The store is empty so far" in html(app)
    world.fill(url)
    assert "Topic</span> Financials" in html(run(app))


def test_a_firing_alert_leads_the_page(url: str) -> None:
    world.fill(url)
    app = run()
    page = html(app)
    assert 'class="gs-card' in page
    assert "since <b>13:20 UTC</b>, for <b>40 min</b>" in page
    assert "rule bank-run: mean polarity below \N{MINUS SIGN}0.40 over 1 h" in page
    assert '<span class="gs-tag">CRITICAL FIRING</span>' in page
    assert "Nothing is firing" not in page
    assert charts(app) == 3, "heat map, timeline, stories"
    assert '<h3 class="gs-h">Topic Financials' in page, "what fires is followed"
    assert "Northmere Bank halts withdrawals at three branches" in page
    assert page.count('class="gs-state resolved"') == 1


def test_calm_is_said_plainly(url: str) -> None:
    now_ms = time.time_ns() // 1_000_000
    end_ms = now_ms // world.HOP_MS * world.HOP_MS
    world.fill(url, end_ms, now_ms, firing=False)
    page = html(run())
    assert "Nothing is firing" in page
    assert "The last alert was on Energy | Oil" in page
    assert '<h3 class="gs-h">All news' in page


def test_numbers_that_nobody_renews_are_called_old(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world.fill(url, firing=False)
    monkeypatch.setattr("dashboard.views.PATIENCE_MS", 0)
    page = html(run())
    assert "What follows is old" in page
    assert "Nothing is firing" not in page
    assert "Nothing was firing when the last batch was written" in page


def test_a_finished_archive_is_not_called_old(url: str) -> None:
    world.fill(url, ended=True, firing=False)
    page = html(run())
    assert "feed complete" in page
    assert "follows is old" not in page


def test_the_viewers_choice_narrows_everything(url: str) -> None:
    world.fill(url)
    app = run()
    app.selectbox(key="watch").select("list:banks")
    page = html(run(app))
    assert '<h3 class="gs-h">List banks' in page
    assert "Insurer Calder" not in page, "it is no headline of that list"
    assert app.selectbox(key="watch").value == "list:banks"
    assert "Insurer Calder" in html(run(AppTest.from_file(str(APP), default_timeout=120))), "another viewer's is theirs"


def test_the_range_counts_back_from_the_watermark(url: str) -> None:
    """The world ends at 14:00: an hour of it starts at 13:00, however long ago that day was."""
    world.fill(url)
    app = run()
    assert min(shown_times(app)) < "13:00"
    app.segmented_control(key="range").set_value("1 h")
    times = shown_times(run(app))
    assert min(times) >= "13:00"
    assert max(times) < "14:00"


def shown_times(app: AppTest) -> list[str]:
    """The times in the table of headlines."""
    table = html(app).split('gs-headlines">')[1].split("</table>")[0]
    return re.findall(r'<td class="gs-num" title="[^"]*">([^<]*)<', table)


def test_a_watch_without_windows_says_so(url: str) -> None:
    world.fill(url)
    far = world.keyed(world.scored(9_001, world.END_MS, "Quill opens a museum", 0.0, "Museums"))
    world.append(url, 2, [far], world.END_MS, world.END_MS)
    app = run()
    app.selectbox(key="watch").select("topic:Museums")
    page = html(run(app))
    assert "This watch has no closed window in this range yet." in page
    assert "Quill opens a museum" in page, "an item is shown at once, before its window closes"


def test_late_headlines_are_marked(url: str) -> None:
    world.fill(url)
    late = world.keyed(
        world.scored(9_001, world.END_MS - 7_200_000, "Aster delays its accounts", -0.5, "Markets"), late=True
    )
    world.append(url, 2, [late], world.END_MS, world.END_MS)
    app = run()
    app.selectbox(key="watch").select("topic:Markets")
    row = next(row for row in html(run(app)).split("<tr>") if "Aster delays" in row)
    assert 'class="gs-late"' in row


def test_hostile_headlines_are_text(url: str) -> None:
    world.fill(url)
    hostile = '<script>alert(1)</script> [x](javascript:alert(1)) $x^2$ <a href="javascript:1">'
    item = world.keyed(world.scored(9_001, world.END_MS, hostile, -0.5, "Financials", url="javascript:alert(1)"))
    world.append(url, 2, [item], world.END_MS, world.END_MS)
    app = run()
    page = html(app)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; [x](javascript:alert(1)) $x^2$ &lt;a href=" in page
    assert "<script" not in page
    assert 'href="javascript' not in page
    assert not app.markdown, "nothing on the page passes through Markdown"


def test_a_store_that_breaks_leaves_the_page_with_a_warning(url: str, tmp_path: Path) -> None:
    world.fill(url)
    app = run()
    (tmp_path / "store.db").rename(tmp_path / "away.db")
    page = html(run(app))
    assert "The store cannot be read, and what follows is old." in page
    assert "Northmere Bank halts withdrawals at three branches" in page
    (tmp_path / "away.db").rename(tmp_path / "store.db")
    assert "cannot be read" not in html(run(app))


def test_windows_are_read_again_only_when_one_has_closed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    read = Reader.thinned_windows

    def counted(self: Reader, pattern: str, *rest: Any) -> Any:
        asked.append(pattern)
        return read(self, pattern, *rest)

    monkeypatch.setattr(Reader, "thinned_windows", counted)
    world.fill(url)
    app = run()
    assert asked == ["topic:*", world.BANKS]
    item = world.keyed(world.scored(9_001, world.END_MS, "Quill opens a museum", 0.0, "Financials"))
    world.append(url, 2, [item], world.END_MS, world.END_MS)
    assert "Quill opens a museum" in html(run(app))
    assert asked == ["topic:*", world.BANKS]
    world.append(url, 3, [], world.END_MS + 1, world.END_MS, closed=[("all", 0, world.HOUR_MS, 1, 1, 0, 0, 0, 0, 0)])
    run(app)
    assert asked == ["topic:*", world.BANKS] * 2


def test_the_page_writes_nothing(url: str, tmp_path: Path) -> None:
    world.fill(url)
    before = dump(tmp_path)
    run()
    assert dump(tmp_path) == before


def dump(folder: Path) -> list[str]:
    connection = sqlite3.connect(folder / "store.db")
    try:
        return list(connection.iterdump())
    finally:
        connection.close()
