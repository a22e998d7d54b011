"""The settings of a study: frozen, and the first line of its results, so that a run never goes on from another's."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


class StudyError(RuntimeError):
    """The study cannot go on; the text says what happened and what to do."""


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """What is trained on what, and how often.

    Raises:
        ValueError: a number is too small to compare anything.
    """

    data: str | None
    """Folder with sentiment/ and topics/; None takes generated house rows for everything."""
    encoder: str
    layers: int
    """How many of the encoder's first layers are used; a multiple of 3, so that the first exit stands after a third."""
    length: int
    """Longest headline in tokens, and the width of every array."""
    rows: int
    """Training rows of a seed, a multiple of 32."""
    epochs: int
    seeds: int
    held_out: int
    """At most so many test rows."""
    adapter: str
    """Whose risk and coverage are measured."""

    def __post_init__(self) -> None:
        if self.layers % 3 or self.rows % 32 or min(self.layers, self.rows, self.epochs) < 1 or self.seeds < 2:
            msg = f"layers {self.layers} must be a multiple of 3, rows {self.rows} one of 32, epochs {self.epochs} "
            msg += f"at least 1, seeds {self.seeds} at least 2"
            raise ValueError(msg)

    def to_json(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        return asdict(self)


def cut_encoder(source: Path, folder: Path, layers: int) -> Path:
    """Write a folder that is the encoder of `source` cut to its first layers; return it.

    Raises:
        StudyError: the encoder has fewer layers.
    """
    config: dict[str, Any] = json.loads((source / "config.json").read_text(encoding="utf-8"))
    if config["num_hidden_layers"] < layers:
        msg = f"{source} has {config['num_hidden_layers']} layers; --layers must be at most that"
        raise StudyError(msg)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**config, "num_hidden_layers": layers}, indent=1)
    (folder / "config.json").write_text(text, encoding="utf-8")
    for name in ("tokenizer.json", "model.safetensors"):
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to((source / name).resolve())
    return folder
