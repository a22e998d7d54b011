"""Text in, probabilities and values out: the only place for jax, flax and optax."""
