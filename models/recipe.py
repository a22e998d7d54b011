"""The settings of training: frozen, checked once; their JSON form stands in an adapter's card."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.data import LABELS, SOURCES, Task

# U[label, decision] in [0, 1]; a row's maximum is its diagonal. What a desk loses by each mistake: a fall read as a
# rise costs everything, a false alarm less than a miss.
SENTIMENT_UTILITY: tuple[tuple[float, ...], ...] = ((1.0, 0.2, 0.0), (0.6, 1.0, 0.6), (0.1, 0.5, 1.0))

PolicyForm = Literal["exact", "sampled", "literal"]


def utility_matrix(task: Task) -> NDArray[np.float32]:
    """Return U[label, decision] of a task, [A, A]."""
    if task == "sentiment":
        return np.asarray(SENTIMENT_UTILITY, np.float32)
    return np.eye(len(LABELS[task]), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a classifier is trained.

    Raises:
        ValueError: a setting is outside its range; the text names it.
    """

    layers: int | None = None
    """How many layers of the encoder are used, the lowest ones; all where None or more than there are."""
    lam: float = 0.75
    """Weight of the supervised part; the starting value where `adaptive`."""
    adaptive: bool = False
    form: PolicyForm = "exact"
    beta: float = 0.01
    """Weight of the policy's entropy."""
    smoothing: float = 0.05
    dropout: float = 0.1
    house_share: float = 0.3
    """Weight with which a benchmark's row that does not contradict the guideline trains the house convention too."""
    source_weights: tuple[float, ...] = (2.0, 1.0, 1.0, 1.0)
    """Loss weight of a sentiment row of each source, in the order of SOURCES."""
    twin_weight: float = 0.3
    exit_weights: tuple[float, ...] = (0.8, 1.2, 1.0, 1.0)
    """Loss weight of each exit, shallow to deep."""
    distillation: float = 0.7
    """Weight with which each exit learns from the last one: label and policy, both tasks, in every convention."""
    unlabelled: int = 60_000
    """How many headlines without a label an epoch shows, for that alone, at most."""
    learning_rate: float = 2e-4
    """Peak, of the deepest layer; readouts take `readout_factor` times that, each layer down `layer_decay` times."""
    readout_factor: float = 5.0
    layer_decay: float = 0.85
    weight_decay: float = 0.01
    clip: float = 1.0
    warmup: float = 0.06
    """Share of the steps over which the learning rate rises."""
    average_decay: float = 0.998
    """Of the running average of the parameters, which is what ships."""
    epochs: int = 3
    patience: int = 2
    """Epochs without a better held-out accuracy after which training stops; the best epoch ships."""
    rows_per_step: int = 32
    """What the sum of a batch's losses is divided by, so that a row weighs the same in every bucket."""
    compute: str = "bfloat16"
    class_weights: tuple[float, ...] = field(default=())
    """Cross-entropy weight of each sentiment; empty for all 1."""

    def __post_init__(self) -> None:
        for name in ("lam", "smoothing", "dropout", "house_share", "warmup", "average_decay"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                msg = f"{name} is {getattr(self, name)}; it must lie in [0, 1]"
                raise ValueError(msg)
        if self.layers is not None and self.layers < 1:
            msg = f"layers is {self.layers}; it must be 1 or more, or null for all"
            raise ValueError(msg)
        if len(self.source_weights) != len(SOURCES):
            msg = f"source_weights has {len(self.source_weights)} numbers, not one for each of {', '.join(SOURCES)}"
            raise ValueError(msg)
        if self.form not in ("exact", "sampled", "literal"):
            msg = f"form is {self.form!r}; it must be exact, sampled or literal"
            raise ValueError(msg)

    @classmethod
    def from_json(cls, changed: dict[str, Any]) -> "Recipe":
        """Return the default recipe with the settings that `changed` names.

        Raises:
            ValueError: a setting is unknown or outside its range.
        """
        unknown = set(changed) - set(cls.__dataclass_fields__)
        if unknown:
            msg = f"unknown settings {', '.join(sorted(unknown))}; known are {', '.join(cls.__dataclass_fields__)}"
            raise ValueError(msg)
        values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in changed.items()}
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        return asdict(self)
