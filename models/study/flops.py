"""Floating-point operations of training, counted from the shapes: padding counts, for it is computed."""

import math

from models.encoder import EncoderConfig

BACKWARD = 2
"""Of a forward pass: one product for the gradient of each factor."""
FIRST_EXIT = 1 / 3
"""Of a forward pass: the way to the first exit, in 3 layers and in 6 (models/encoder.py)."""


def forward_flops(config: EncoderConfig, length: int) -> int:
    """Return the operations of one row's way through all layers; readouts and norms, under 1 %, are left out.

    A layer's products are 2 (4 D^2 + 2 D I) a token, attention's 4 T^2 D a row.
    """
    width, inner = config.hidden_size, config.intermediate_size
    products = 2 * length * (4 * width**2 + 2 * width * inner)
    return config.num_hidden_layers * (products + 4 * length**2 * width)


def looking(choice: str) -> float:
    """Return what looking at one row of a pool costs, in forward passes: the critic needs the first exit only."""
    return {"all": 0.0, "random": 0.0, "critic": FIRST_EXIT, "loss": 1.0}[choice]


def step_passes(choice: str, pool: int, rows: int) -> float:
    """Return the cost of one step in forward passes: looking at the pool, then forward and backward of `rows`."""
    return looking(choice) * pool + (1 + BACKWARD) * rows


def pool_size(choice: str, rows: int, share: float) -> int:
    """Return the smallest pool of which `rows` can be trained on at `share` of what training on all of it costs.

    Raises:
        ValueError: looking alone costs more than that.
    """
    spare = (1 + BACKWARD) * share - looking(choice)
    if spare <= 0:
        msg = f"looking at every row by {choice} costs more than {share:.0%} of training on it"
        raise ValueError(msg)
    return math.ceil((1 + BACKWARD) * rows / spare)
