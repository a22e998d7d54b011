"""The hybrid objective, equation by equation: pure functions of arrays, no network, optimizer or setting inside.

Every item is one decision, a contextual bandit: no discount, no bootstrapping. Names carry the equation: logits
[B, A], labels [B] int, utility U [B, A] (the row of the utility matrix that belongs to the label), q [B, A].
"""

import math

import jax
import jax.numpy as jnp
from jax import Array, lax


def _check_matrix(**arrays: Array) -> None:
    for name, array in arrays.items():
        if array.ndim != 2 or not jnp.issubdtype(array.dtype, jnp.floating):
            msg = f"{name} must be a float [B, A], not {array.dtype}{list(array.shape)}"
            raise ValueError(msg)
    if len({array.shape for array in arrays.values()}) > 1:
        msg = "shapes differ: " + ", ".join(f"{name}{list(array.shape)}" for name, array in arrays.items())
        raise ValueError(msg)


def cross_entropy(logits: Array, labels: Array, smoothing: float = 0.0) -> Array:
    """Return the cross-entropy [B] of labels against softmax(logits).

    With label smoothing e the target is (1 - e) onehot + e / A (Szegedy et al. 2016, https://arxiv.org/abs/1512.00567).
    """
    _check_matrix(logits=logits)
    log_prob = jax.nn.log_softmax(logits)
    picked = jnp.take_along_axis(log_prob, labels[:, None], axis=1)[:, 0]
    if smoothing == 0.0:
        return -picked
    return -(1.0 - smoothing) * picked - smoothing * log_prob.mean(-1)


def exact_policy_loss(policy_logits: Array, utility: Array) -> Array:
    """Return -sum_a pi(a|x) U[y, a], [B]: the expected utility, exactly, since the labelled row tells U of every act.

    The all-action policy gradient (Sutton et al. 2001, "Comparing policy-gradient algorithms"; Ciosek and Whiteson
    2018, https://arxiv.org/abs/1706.05374).
    """
    _check_matrix(policy_logits=policy_logits, utility=utility)
    return -(jax.nn.softmax(policy_logits) * utility).sum(-1)


def sampled_policy_loss(policy_logits: Array, actions: Array, utility: Array, baseline: Array) -> Array:
    """Return -log pi(a|x) sg(U[y, a] - V(x)), [B], for sampled actions [B] and a baseline V [B].

    REINFORCE with a baseline (Williams 1992, https://doi.org/10.1007/BF00992696); V must not depend on the action.
    """
    _check_matrix(policy_logits=policy_logits, utility=utility)
    log_prob = jnp.take_along_axis(jax.nn.log_softmax(policy_logits), actions[:, None], axis=1)[:, 0]
    reward = jnp.take_along_axis(utility, actions[:, None], axis=1)[:, 0]
    return -log_prob * lax.stop_gradient(reward - baseline)


def literal_policy_loss(policy_logits: Array, utility: Array, q: Array) -> Array:
    """Return -r V(x), [B], with r = U[y, argmax pi] and V = sum_a pi(a|x) sg(Q): the method's own formula.

    Kept for the record: its gradient raises the value of whatever the critic likes, right or wrong, weighted by how
    well the current act does.
    """
    _check_matrix(policy_logits=policy_logits, utility=utility, q=q)
    pi = jax.nn.softmax(policy_logits)
    reward = jnp.take_along_axis(utility, pi.argmax(-1, keepdims=True), axis=1)[:, 0]
    return -lax.stop_gradient(reward) * (pi * lax.stop_gradient(q)).sum(-1)


def entropy(policy_logits: Array) -> Array:
    """Return H(pi(.|x)) in nats, [B] (as a bonus: Williams and Peng 1991, https://doi.org/10.1080/09540099108946587)."""
    _check_matrix(policy_logits=policy_logits)
    return -(jax.nn.softmax(policy_logits) * jax.nn.log_softmax(policy_logits)).sum(-1)


def critic_loss(q: Array, utility: Array) -> Array:
    """Return the mean over all actions of (Q(x, a) - U[y, a])^2, [B]: with the label known, no act is unobserved."""
    _check_matrix(q=q, utility=utility)
    return jnp.square(q - utility).mean(-1)


def hybrid_loss(supervised: Array, reinforced: Array, lam: Array | float) -> Array:
    """Return L = lam L_sup + (1 - lam) L_rl."""
    return lam * supervised + (1.0 - lam) * reinforced


def adaptive_lam(
    previous: Array, policy_logits: Array, labels: Array, utility: Array, weights: Array, decay: float = 0.99
) -> Array:
    """Return the next lam: an EMA of |g_rl| / (|g_sup| + |g_rl|), gradients at the policy logits, within [.1, .9].

    The term whose gradient is the larger gets the smaller weight (after GradNorm, Chen et al. 2018,
    https://arxiv.org/abs/1711.02257).
    """

    def supervised(logits: Array) -> Array:
        return (weights * cross_entropy(logits, labels)).sum()

    def reinforced(logits: Array) -> Array:
        return (weights * exact_policy_loss(logits, utility)).sum()

    g_sup, g_rl = jax.grad(supervised)(policy_logits), jax.grad(reinforced)(policy_logits)
    norm_sup, norm_rl = jnp.linalg.norm(g_sup), jnp.linalg.norm(g_rl)
    share = norm_rl / jnp.maximum(norm_sup + norm_rl, 1e-12)
    return jnp.clip(decay * previous + (1.0 - decay) * share, 0.1, 0.9)


def doubly_robust_q(q: Array, utility: Array, answered: Array, rho: Array, clip: float = math.inf) -> Array:
    """Return Q_dr(x, .) = Q(x, .) + 1[answered] / rho(x) (U[y, .] - Q(x, .)), [B, A].

    `q` comes from the version before these verdicts; `answered` [B] is 1 where an analyst was asked and answered,
    `rho` [B] the logged probability of asking (Dudik, Langford, Li 2011, https://arxiv.org/abs/1103.4601). Weights
    above `clip` are cut to it, which costs the bias -max(0, 1 - clip rho) (U - Q).
    """
    _check_matrix(q=q, utility=utility)
    return q + jnp.minimum(answered / rho, clip)[:, None] * (utility - q)


def doubly_robust_value(
    pi: Array, q: Array, actions: Array, rewards: Array, mu: Array, clip: float = math.inf
) -> Array:
    """Return sum_a pi(a|x) Q(x, a) + pi(b|x) / mu(b|x) (r - Q(x, b)), [B]: the value of pi from logged acts b.

    Of the act b [B] that was shown, drawn with the logged propensity `mu` [B], the reward r [B] is known, of no other
    (the same paper, section 3). Weights above `clip` are cut to it (Strehl et al. 2010,
    https://arxiv.org/abs/1003.0120), which costs the bias -sum_a mu(a) max(0, pi(a) / mu(a) - clip) (U(a) - Q(a)).
    """
    _check_matrix(pi=pi, q=q)
    pi_b, q_b = (jnp.take_along_axis(each, actions[:, None], axis=1)[:, 0] for each in (pi, q))
    return (pi * q).sum(-1) + jnp.minimum(pi_b / mu, clip) * (rewards - q_b)


def distillation_loss(logits: Array, teacher_logits: Array) -> Array:
    """Return KL(softmax(teacher) || softmax(logits)), [B], the teacher held fixed.

    An exit learns from the last one (Zhang et al. 2019, "Be your own teacher", https://arxiv.org/abs/1905.08094).
    """
    _check_matrix(logits=logits, teacher_logits=teacher_logits)
    teacher = lax.stop_gradient(jax.nn.log_softmax(teacher_logits))
    return (jnp.exp(teacher) * (teacher - jax.nn.log_softmax(logits))).sum(-1)


def twin_margin_loss(polarity: Array, partner_polarity: Array, sign: Array, margin: float = 1.0) -> Array:
    """Return max(0, margin - sign (s - s')), [B]: counterfactual twins must differ the way their labels do.

    `sign` [B] is +1 where the row's label is the more positive of the two, -1 where the other's is, 0 without a twin
    (counterfactual data: Kaushik et al. 2020, https://arxiv.org/abs/1909.12434).
    """
    return jnp.abs(sign) * jax.nn.relu(margin - sign * (polarity - partner_polarity))
