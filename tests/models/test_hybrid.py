"""Each loss against numbers worked by hand, finite differences or full enumeration; jitted and not."""

import itertools
import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from models import hybrid
from models.gradients import scale_gradient
from models.recipe import SENTIMENT_UTILITY, Recipe, utility_matrix

# softmax([0, ln 2, ln 5]) = [1/8, 2/8, 5/8]
LOGITS = jnp.log(jnp.asarray([[1.0, 2.0, 5.0], [4.0, 2.0, 2.0]]))
PI = np.asarray([[0.125, 0.25, 0.625], [0.5, 0.25, 0.25]])
LABELS = jnp.asarray([0, 2])
U = jnp.asarray(SENTIMENT_UTILITY)[LABELS]
Q = jnp.asarray([[0.5, 0.25, 1.0], [0.0, 0.5, 0.75]])

variants = pytest.mark.parametrize("jit", [lambda f: f, jax.jit], ids=["plain", "jitted"])
Jit = Callable[[Callable[..., jax.Array]], Callable[..., jax.Array]]


@variants
def test_cross_entropy(jit: Jit) -> None:
    np.testing.assert_allclose(jit(hybrid.cross_entropy)(LOGITS, LABELS), [math.log(8), math.log(4)], rtol=1e-6)


def test_label_smoothing_is_the_cross_entropy_of_the_smoothed_target() -> None:
    target = 0.9 * np.eye(3)[[0, 2]] + 0.1 / 3
    expected = -(target * np.log(PI)).sum(1)
    np.testing.assert_allclose(hybrid.cross_entropy(LOGITS, LABELS, 0.1), expected, rtol=1e-6)


@variants
def test_exact_policy_loss(jit: Jit) -> None:
    # row 1: 1/8 * 1 + 2/8 * .2 + 5/8 * 0 = .175; row 2: 1/2 * .1 + 1/4 * .5 + 1/4 * 1 = .425
    np.testing.assert_allclose(jit(hybrid.exact_policy_loss)(LOGITS, U), [-0.175, -0.425], rtol=1e-6)


@variants
def test_sampled_policy_loss(jit: Jit) -> None:
    # row 1 acts 1: reward .2, baseline .5: -ln(1/4) * (.2 - .5) = -.3 ln 4; row 2 acts 2: ln 4 * (1 - .25)
    loss = jit(hybrid.sampled_policy_loss)(LOGITS, jnp.asarray([1, 2]), U, jnp.asarray([0.5, 0.25]))
    np.testing.assert_allclose(loss, [-0.3 * math.log(4), 0.75 * math.log(4)], rtol=1e-6)


@variants
def test_literal_policy_loss(jit: Jit) -> None:
    # row 1 acts 2, r = 0; row 2 acts 0, r = .1, V = .5 * 0 + .25 * .5 + .25 * .75 = .3125
    np.testing.assert_allclose(jit(hybrid.literal_policy_loss)(LOGITS, U, Q), [0.0, -0.03125], rtol=1e-6, atol=1e-9)


@variants
def test_entropy(jit: Jit) -> None:
    expected = [0.125 * math.log(8) + 0.25 * math.log(4) + 0.625 * math.log(1.6), 1.5 * math.log(2)]
    np.testing.assert_allclose(jit(hybrid.entropy)(LOGITS), expected, rtol=1e-6)


@variants
def test_critic_loss(jit: Jit) -> None:
    # row 1: (.25 + .0025 + 1) / 3; row 2: (.01 + 0 + .0625) / 3
    np.testing.assert_allclose(jit(hybrid.critic_loss)(Q, U), [1.2525 / 3, 0.0725 / 3], rtol=1e-6)


@variants
def test_twin_margin(jit: Jit) -> None:
    # twins .5 apart where 1 is asked; the same twins the wrong way round; a row without a twin
    polarity, partner = jnp.asarray([1.5, 1.0, 3.0]), jnp.asarray([1.0, 1.5, 3.0])
    loss = jit(hybrid.twin_margin_loss)(polarity, partner, jnp.asarray([1.0, 1.0, 0.0]))
    np.testing.assert_allclose(loss, [0.5, 1.5, 0.0])


@pytest.mark.parametrize(
    "loss",
    [
        lambda z: hybrid.cross_entropy(z, LABELS, 0.1).sum(),
        lambda z: hybrid.exact_policy_loss(z, U).sum(),
        lambda z: hybrid.sampled_policy_loss(z, jnp.asarray([1, 2]), U, jnp.asarray([0.5, 0.25])).sum(),
        lambda z: hybrid.entropy(z).sum(),
    ],
    ids=["cross_entropy", "exact", "sampled", "entropy"],
)
def test_gradients_agree_with_finite_differences(loss: Callable[[jax.Array], jax.Array]) -> None:
    with jax.enable_x64(True):
        logits = np.asarray(LOGITS, np.float64)
        gradient = np.asarray(jax.grad(loss)(jnp.asarray(logits)))
        for place in np.ndindex(2, 3):
            step = np.zeros((2, 3))
            step[place] = 1e-5
            slope = (loss(jnp.asarray(logits + step)) - loss(jnp.asarray(logits - step))) / 2e-5
            assert gradient[place] == pytest.approx(float(slope), abs=1e-8)


def test_the_sampled_gradient_is_the_exact_one_on_average() -> None:
    """Enumerate the three acts: sum_a pi(a) grad sampled(a) = grad exact, whatever the baseline."""
    baseline = jnp.asarray([0.7, -0.2])
    expected = jax.grad(lambda z: hybrid.exact_policy_loss(z, U).sum())(LOGITS)
    total = np.zeros((2, 3))
    for act in range(3):
        acts = jnp.full(2, act)
        gradient = jax.grad(lambda z, a=acts: hybrid.sampled_policy_loss(z, a, U, baseline).sum())(LOGITS)
        total += PI[:, act : act + 1] * np.asarray(gradient)
    np.testing.assert_allclose(total, expected, atol=1e-6)


def test_no_gradient_passes_through_q_or_the_baseline() -> None:
    acts = jnp.asarray([1, 2])
    literal = jax.grad(lambda q: hybrid.literal_policy_loss(LOGITS, U, q).sum())(Q)
    sampled = jax.grad(lambda v: hybrid.sampled_policy_loss(LOGITS, acts, U, v).sum())(jnp.zeros(2))
    assert not np.asarray(literal).any()
    assert not np.asarray(sampled).any()


def test_doubly_robust_is_unbiased_whatever_q_by_full_enumeration() -> None:
    """Three items, every subset of answered ones with its probability: the mean of Q_dr is U."""
    rho = np.asarray([0.2, 0.5, 0.9])
    utility = np.asarray(SENTIMENT_UTILITY)[[0, 1, 2]]
    q = np.random.default_rng(3).random((3, 3))
    mean = np.zeros((3, 3))
    for answered in itertools.product([0.0, 1.0], repeat=3):
        chance = float(np.prod(np.where(np.asarray(answered) == 1, rho, 1 - rho)))
        arrays = (jnp.asarray(each, jnp.float32) for each in (q, utility, answered, rho))
        mean += chance * np.asarray(hybrid.doubly_robust_q(*arrays))
    np.testing.assert_allclose(mean, utility, atol=1e-6)


def dr_q_mean(clip: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The mean of Q_dr over asked and not asked, three items; also rho, Q and U."""
    rho, utility = np.asarray([0.2, 0.5, 0.9]), np.asarray(SENTIMENT_UTILITY)
    q = np.random.default_rng(3).random((3, 3))
    mean = np.zeros((3, 3))
    for answered, chance in ((np.ones(3), rho), (np.zeros(3), 1 - rho)):
        arrays = (jnp.asarray(each, jnp.float32) for each in (q, utility, answered, rho))
        mean += chance[:, None] * np.asarray(hybrid.doubly_robust_q(*arrays, clip=clip))
    return mean, rho, q, utility


def test_clipped_weights_bias_the_doubly_robust_q_by_the_formula() -> None:
    mean, rho, q, utility = dr_q_mean(clip=4.0)
    bias = -np.maximum(0.0, 1.0 - 4.0 * rho)[:, None] * (utility - q)
    np.testing.assert_allclose(mean - utility, bias, atol=1e-6)
    assert abs(bias[0]).max() > 0.05 and not bias[1:].any()


@variants
def test_the_doubly_robust_value_of_two_logged_acts(jit: Jit) -> None:
    # row 1: sum pi Q = .0625 + .0625 + .625 = .75; act 1: pi / mu = .25 / .5, reward .2, Q .25: .75 + .5 * -.05
    # row 2: sum pi Q = 0 + .125 + .1875 = .3125; act 0: pi / mu = .5 / .1 = 5, reward .1, Q 0: .3125 + 5 * .1
    logged = jnp.asarray([1, 0]), jnp.asarray([0.2, 0.1]), jnp.asarray([0.5, 0.1])
    np.testing.assert_allclose(jit(hybrid.doubly_robust_value)(jnp.asarray(PI), Q, *logged), [0.725, 0.8125], rtol=1e-6)
    clipped = hybrid.doubly_robust_value(jnp.asarray(PI), Q, *logged, clip=2.0)
    np.testing.assert_allclose(clipped, [0.725, 0.5125], rtol=1e-6)


@pytest.mark.parametrize("clip", [math.inf, 1.5])
def test_the_logged_action_form_is_unbiased_and_biased_by_the_formula_where_clipped(clip: float) -> None:
    """Every act with its propensity: the mean is the value of pi, less what the clip takes."""
    mu = np.asarray([[0.6, 0.3, 0.1], [0.2, 0.2, 0.6]])
    utility = np.asarray(U, np.float64)
    mean = np.zeros(2)
    for act in range(3):
        arrays = (jnp.asarray(each, jnp.float32) for each in (utility[:, act], mu[:, act]))
        mean += mu[:, act] * np.asarray(
            hybrid.doubly_robust_value(jnp.asarray(PI), Q, jnp.full(2, act), *arrays, clip=clip)
        )
    lost = 0.0 if clip == math.inf else (mu * np.maximum(0.0, PI / mu - clip) * (utility - np.asarray(Q))).sum(1)
    np.testing.assert_allclose(mean, (PI * utility).sum(1) - lost, atol=1e-6)


def test_a_logged_simulation_recovers_the_value_that_a_plain_mean_misses() -> None:
    """20,000 logged acts of another policy: the estimate is within 4 of its own standard errors of the truth."""
    rng = np.random.default_rng(11)
    label = rng.integers(0, 3, 20_000)
    pi, mu = np.asarray([[0.1, 0.2, 0.7]] * 20_000), np.asarray([0.5, 0.4, 0.1])
    acts = rng.choice(3, 20_000, p=mu)
    rewards = np.asarray(SENTIMENT_UTILITY)[label, acts]
    arrays = (jnp.asarray(each, jnp.float32) for each in (pi, np.full((20_000, 3), 0.4)))
    estimate = np.asarray(
        hybrid.doubly_robust_value(
            *arrays, jnp.asarray(acts), jnp.asarray(rewards, jnp.float32), jnp.asarray(mu[acts], jnp.float32)
        )
    )
    truth = float((pi * np.asarray(SENTIMENT_UTILITY)[label]).sum(1).mean())
    assert abs(estimate.mean() - truth) < 4 * estimate.std() / math.sqrt(len(estimate))
    assert abs(rewards.mean() - truth) > 4 * rewards.std() / math.sqrt(len(rewards))


def test_adaptive_lam_weighs_down_the_louder_term_and_stays_within_bounds() -> None:
    weights = jnp.ones(2)
    g_sup = PI - np.eye(3)[[0, 2]]
    advantage = np.asarray(U) - (PI * np.asarray(U)).sum(1, keepdims=True)
    norms = np.linalg.norm(g_sup), np.linalg.norm(PI * advantage)
    share = norms[1] / sum(norms)
    lam = hybrid.adaptive_lam(jnp.float32(0.5), LOGITS, LABELS, U, weights, decay=0.75)
    assert float(lam) == pytest.approx(0.75 * 0.5 + 0.25 * share, rel=1e-5)
    assert float(hybrid.adaptive_lam(jnp.float32(5.0), LOGITS, LABELS, U, weights)) == pytest.approx(0.9)


def test_scale_gradient_changes_the_gradient_alone() -> None:
    x = jnp.asarray([1.1, -2.3])
    np.testing.assert_array_equal(scale_gradient(x, 0.3), x)
    np.testing.assert_allclose(jax.grad(lambda v: (scale_gradient(v, 0.3) ** 2).sum())(x), 0.6 * x, rtol=1e-6)


def test_the_utility_of_the_right_act_is_its_rows_maximum() -> None:
    for task in ("sentiment", "topic"):
        matrix = utility_matrix(task)
        np.testing.assert_array_equal(np.diag(matrix), matrix.max(1))
        assert matrix.min() >= 0.0
        assert matrix.max() <= 1.0


@pytest.mark.parametrize("bad", [LOGITS[0], LABELS[:, None] * jnp.ones((1, 3), int)])
def test_a_wrong_rank_or_type_is_refused(bad: jax.Array) -> None:
    with pytest.raises(ValueError, match=r"policy_logits must be a float \[B, A\]"):
        hybrid.exact_policy_loss(bad, U)


def test_shapes_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="shapes differ"):
        hybrid.critic_loss(Q[:1], U)


def test_a_recipe_refuses_what_is_out_of_range_or_unknown() -> None:
    with pytest.raises(ValueError, match=r"lam is 1\.5"):
        Recipe(lam=1.5)
    with pytest.raises(ValueError, match="source_weights has 2 numbers, not one for each of fpb, tfns, sentfin, house"):
        Recipe(source_weights=(1.0, 2.0))
    with pytest.raises(ValueError, match="layers is 0"):
        Recipe(layers=0)
    with pytest.raises(ValueError, match="unknown settings lambda"):
        Recipe.from_json({"lambda": 0.5})


def test_distillation_by_hand_and_the_teacher_is_held_fixed() -> None:
    """KL((1/2, 1/2) || (1/4, 3/4)) = ln(2) / 2 + ln(2/3) / 2."""
    pupil, teacher = jnp.asarray([[0.0, np.log(3.0)]]), jnp.zeros((1, 2))
    assert hybrid.distillation_loss(pupil, teacher).item() == pytest.approx(0.5 * np.log(2.0) + 0.5 * np.log(2 / 3))
    assert hybrid.distillation_loss(teacher, teacher).item() == 0.0
    to_pupil, to_teacher = jax.grad(lambda p, t: hybrid.distillation_loss(p, t).sum(), argnums=(0, 1))(pupil, teacher)
    np.testing.assert_allclose(to_pupil, [[0.25 - 0.5, 0.75 - 0.5]], rtol=1e-6)
    assert not to_teacher.any()
