import json
import shutil
from pathlib import Path

import pytest

from models import checkpoint
from models.checkpoint import encoder_folder, load_encoder, read_config
from models.hub import ASK_HUB
from models.runtime import ModelError


@pytest.fixture
def copy(small_encoder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_encoder, tmp_path / "encoder"))


def change_config(folder: Path, **values: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | values))


def test_the_shape_comes_from_config_json(small_encoder: Path) -> None:
    config = read_config(small_encoder)
    assert (config.hidden_size, config.num_hidden_layers, config.exits) == (24, 3, (1, 2, 3))


def test_a_missing_file_is_named(copy: Path) -> None:
    (copy / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"model\.safetensors does not exist"):
        load_encoder(str(copy))


def test_another_family_is_refused(copy: Path) -> None:
    change_config(copy, model_type="roberta")
    with pytest.raises(ModelError, match="'roberta'"):
        load_encoder(str(copy))


def test_weights_that_do_not_fit_the_config_are_refused(copy: Path) -> None:
    change_config(copy, intermediate_size=64)
    with pytest.raises(ModelError, match=r"shape \(24, 48\) stands where config.json says \(24, 64\)"):
        load_encoder(str(copy))


def test_a_missing_layer_is_named(copy: Path) -> None:
    change_config(copy, num_hidden_layers=6)
    with pytest.raises(ModelError, match=r"no tensor encoder\.layer\.3"):
        load_encoder(str(copy))


def test_a_damaged_file_is_refused(copy: Path) -> None:
    (copy / "model.safetensors").write_bytes(b"not safetensors at all")
    with pytest.raises(ModelError, match="no safetensors file"):
        load_encoder(str(copy))


def test_the_default_is_the_publishers_file_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "_WHEEL_SHA256", "0" * 64)
    with pytest.raises(ModelError, match="not the publisher's file"):
        load_encoder()


def test_the_wheel_is_found_without_importing_it() -> None:
    assert (encoder_folder() / "tokenizer.json").exists()


def test_a_hub_name_is_read_from_the_local_cache_and_never_fetched_unasked(
    small_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.delenv(ASK_HUB, raising=False)
    with pytest.raises(ModelError, match=r"'someone/small' is no folder.*set GROUNDSWELL_HUB=1"):
        load_encoder("someone/small")
    held = tmp_path / "models--someone--small"
    shutil.copytree(small_encoder, held / "snapshots" / "abc")
    (held / "refs").mkdir()
    (held / "refs" / "main").write_text("abc")
    assert encoder_folder("someone/small") == held / "snapshots" / "abc"
    encoder = load_encoder("someone/small")
    assert (len(encoder.layers), encoder.embed.word.shape[1]) == (3, 24)


def test_a_folder_goes_before_a_hub_name(small_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(small_encoder, tmp_path / "owner" / "model")
    assert encoder_folder("owner/model") == Path("owner/model")


def test_pickled_weights_are_not_read(copy: Path) -> None:
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    with pytest.raises(ModelError, match="weights in another format are not read"):
        load_encoder(str(copy))
