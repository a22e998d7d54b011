"""Text in, probabilities and values out: the only place for jax, flax and optax."""

from models.runtime import guard_xla

guard_xla()
