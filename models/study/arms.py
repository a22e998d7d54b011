"""What is compared: each arm is one way to train on the same rows."""

from dataclasses import dataclass
from typing import Literal

from models.recipe import PolicyForm
from models.study.flops import pool_size

Choice = Literal["all", "random", "critic", "loss"]
Budget = Literal["full", "flops", "time"]

ROWS_PER_STEP = 32
SHARE = 0.7
"""Of full training's floating-point operations, or of its time, that a selective arm may use."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to train; what it does not name is the default recipe's."""

    name: str
    title: str
    lam: float = 0.75
    adaptive: bool = False
    form: PolicyForm = "exact"
    class_weighted: bool = False
    choice: Choice = "all"
    """Which rows of a pool get a backward pass."""
    budget: Budget = "full"

    def pool(self) -> int:
        """Return how many rows are looked at for each 32 that are trained on."""
        if self.choice == "all":
            return ROWS_PER_STEP
        return pool_size(self.choice, ROWS_PER_STEP, SHARE)


FIXED = tuple(Arm(f"lam-{lam:g}", f"λ = {lam:g}", lam) for lam in (1.0, 0.75, 0.5, 0.25, 0.0))
PLAIN = FIXED[0]
FULL = FIXED[1]
"""Whose rows the selective arms save on."""

OTHERS = (
    Arm("adaptive", "λ adaptive", adaptive=True),
    Arm("sampled", "λ = 0.5, sampled", 0.5, form="sampled"),
    Arm("literal", "λ = 0.5, literal", 0.5, form="literal"),
    Arm("class-weighted", "λ = 1, class weights", 1.0, class_weighted=True),
)
HYBRID = (*FIXED, *OTHERS)

BY_FLOPS = (
    Arm("critic", "critic of the first exit", choice="critic", budget="flops"),
    Arm("random", "random", choice="random", budget="flops"),
    Arm("loss", "highest loss", choice="loss", budget="flops"),
)
# A random choice costs nothing, so its share of the operations is its share of the time.
BY_TIME = (
    Arm("critic-time", "critic of the first exit", choice="critic", budget="time"),
    Arm("loss-time", "highest loss", choice="loss", budget="time"),
)
ARMS = {arm.name: arm for arm in (*HYBRID, *BY_FLOPS, *BY_TIME)}
