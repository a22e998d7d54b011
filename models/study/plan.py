"""The settings of a study: frozen, and the first line of its results, so that a run never goes on from another's."""

from dataclasses import asdict, dataclass
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
    """How many of the encoder's first layers are used: 3 or 6, of which the first exit stands after a third."""
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
        if self.layers not in (3, 6) or self.rows % 32 or min(self.rows, self.epochs) < 1 or self.seeds < 2:
            msg = f"layers {self.layers} must be 3 or 6, rows {self.rows} a multiple of 32, epochs {self.epochs} "
            msg += f"at least 1, seeds {self.seeds} at least 2"
            raise ValueError(msg)

    def to_json(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        return asdict(self)
