"""groundswell.toml: what is wrong in it is named with its place."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from monitor.config import ConfigError, parse_config
from monitor.parts import kafka_settings
from monitor.replay import stored_config
from monitor.store import Store
from streams.kafka_settings import Security


def test_the_security_settings_are_those_of_the_client() -> None:
    written = {"protocol": "SASL_SSL", "username_env": "NEWS_USER", "check_hostname": False}
    config = parse_config({"source": {"security": written}}, "news.toml")
    expected = Security("SASL_SSL", username_env="NEWS_USER", check_hostname=False)
    assert kafka_settings(config.source).security == expected
    assert parse_config(config.model_dump(mode="json", by_alias=True), "again") == config


@pytest.mark.parametrize("written", [{"protocl": "SSL"}, {"protocol": "TLS"}, {"check_hostname": "perhaps"}])
def test_a_wrong_security_setting_is_named(written: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=rf"news.toml: 1 setting(?s:.*)source\.security\.{next(iter(written))}: "):
        parse_config({"source": {"security": written}}, "news.toml")


@pytest.mark.parametrize("idle_after", ["0s", 0, "249ms"])
def test_nothing_is_idle_at_the_first_look(idle_after: object) -> None:
    says = r"news.toml: 1 setting(?s:.*)source\.idle_after: \d+ ms is shorter than a poll, 250 ms: .*at least '250ms'"
    with pytest.raises(ConfigError, match=says):
        parse_config({"source": {"idle_after": idle_after}}, "news.toml")
    assert parse_config({"source": {"idle_after": "250ms"}}, "news.toml").source.idle_after == 250


def test_settings_that_an_older_version_stored_are_still_read(tmp_path: Path) -> None:
    kept = json.loads(parse_config({}, "news.toml").kept)
    kept["source"]["idle_after"] = 0
    with closing(Store.open(f"sqlite:///{tmp_path}/x.db")) as store:
        with store.begin() as tx:
            tx.add_settings("old", json.dumps(kept), 1)
        assert stored_config(store, "old").source.idle_after == 0


@pytest.mark.parametrize(("section", "name"), [("notify", "timeout"), ("metrics", "stale_after")])
def test_what_takes_time_takes_some(section: str, name: str) -> None:
    with pytest.raises(ConfigError, match=rf"{section}\.{name}: Input should be greater than 0"):
        parse_config({section: {name: "0s"}}, "news.toml")


def test_a_quiet_partition_must_fall_idle_before_the_others_are_paused_for_it() -> None:
    times = {"idle_after": "10s", "out_of_orderness": "20s"}
    assert parse_config({"source": {**times, "max_drift": "30s"}}, "news.toml").source.max_drift == 30_000
    with pytest.raises(ConfigError, match=r"source: .*max_drift must be at least idle_after \+ out_of_orderness"):
        parse_config({"source": {**times, "max_drift": "29999ms"}}, "news.toml")
