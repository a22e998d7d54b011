"""The page on adaptive depth: both rules at every setting, on rows with labels and on a feed without."""

import json
from pathlib import Path

from models.adapter import find_adapter
from models.grammar import house_rows
from models.study.depth import measure_depth, read_feed, write_depth_page


def test_a_feeds_headlines_are_read_without_press_releases(tmp_path: Path) -> None:
    rows = [{"title": "a"}, {"title": "b", "press_release": True}, {"title": "c", "press_release": False}]
    (tmp_path / "feed.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert read_feed(tmp_path / "feed.jsonl") == ["a", "c"]
    assert read_feed(tmp_path / "feed.jsonl", 1) == ["a"]


def test_the_page_shows_both_rules_and_what_each_would_save(small_adapter: Path, tmp_path: Path) -> None:
    adapter = find_adapter(str(small_adapter))
    figures = measure_depth(adapter, house_rows(1, 90), ["acme rose", "the bank fell"], "float32")
    assert (figures["rows"], figures["headlines"]) == (90, 2)
    points = figures["points"]
    assert {point["rule"] for point in points} == {"learned", "threshold"}
    assert all(1.0 <= point["mean_depth"] <= 3.0 and 1.0 <= point["feed_depth"] <= 3.0 for point in points)
    for rule in ("learned", "threshold"):
        for used in ((1, 2), (1, 3), (2, 3), (1, 2, 3)):
            mine = [point["mean_depth"] for point in points if point["rule"] == rule and point["layers"] == used]
            assert mine == sorted(mine, reverse=True)
            assert min(used) <= min(mine) <= max(mine) <= max(used)
    write_depth_page(tmp_path / "depth.md", "small", figures, "groundswell study depth")
    page = (tmp_path / "depth.md").read_text(encoding="utf-8")
    assert "| learned | " in page
    assert "| threshold | " in page
    assert "](depth/depth.svg)" in page
    assert (tmp_path / "depth" / "depth.svg").read_text(encoding="utf-8").startswith("<?xml")
