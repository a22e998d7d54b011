"""groundswell.toml: what is wrong in it is named with its place."""

from __future__ import annotations

import pytest

from monitor.config import ConfigError, parse_config
from monitor.parts import kafka_settings
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


def test_a_quiet_partition_must_fall_idle_before_the_others_are_paused_for_it() -> None:
    times = {"idle_after": "10s", "out_of_orderness": "20s"}
    assert parse_config({"source": {**times, "max_drift": "30s"}}, "news.toml").source.max_drift == 30_000
    with pytest.raises(ConfigError, match=r"source: .*max_drift must be at least idle_after \+ out_of_orderness"):
        parse_config({"source": {**times, "max_drift": "29999ms"}}, "news.toml")
