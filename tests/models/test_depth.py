"""The stopping rule: its features by hand, its fit on planted gains, and the limits on what it may lose."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from models.data import SOURCES, Task
from models.depth import FEATURES, NEVER, WORST, ExitRule, features, go_on, stops
from models.depth_fit import (
    MOST_LOSS,
    Judged,
    Point,
    choices,
    choose,
    curve,
    fit_exits,
    fit_kernels,
    gains_of,
    left_at,
    loss_bound,
    prices_at,
    threshold_rule,
)
from models.heads import Readings

LAYERS = (2, 4, 6)


def readings_of(sentiment: list[float], topic: list[float]) -> dict[Task, Readings]:
    """One row whose label and policy probabilities are the given ones and whose Q is .5 everywhere."""

    def one(probs: list[float], sources: int) -> Readings:
        logits = jnp.broadcast_to(jnp.log(jnp.asarray(probs)), (1, sources, len(probs)))
        return Readings(logits, logits, jnp.full_like(logits, 0.5))

    return {"sentiment": one(sentiment, len(SOURCES)), "topic": one(topic, 1)}


def plain_rule(doubt: float) -> ExitRule:
    kernels, prices = threshold_rule(doubt, LAYERS, LAYERS)
    never = go_on(2)
    return never._replace(kernel=kernels[0].astype(np.float32), price=prices[0].astype(np.float32))


def test_features_by_hand() -> None:
    rule = go_on(2)
    readings = readings_of([0.7, 0.2, 0.1], [0.6, 0.4] + [1e-30] * 18)
    found = np.asarray(features(readings, rule.scale, rule.bias))
    assert found.shape == (1, len(SOURCES), FEATURES)
    # sentiment: 1 - .7; 1 - .7 + .2; 1 - V = .5; 1 - .7. topic: .4; .8; .5; .4. Each with its square.
    doubts = [0.3, 0.5, 0.5, 0.3, 0.4, 0.8, 0.5, 0.4]
    expected = [1.0] + [x for doubt in doubts for x in (doubt, doubt**2)] + [0.4]
    np.testing.assert_allclose(found[0, 0], expected, rtol=1e-5)
    assert (found == found[:, :1]).all()


@pytest.mark.parametrize(("doubt", "expected"), [(0.39, False), (0.41, True)])
def test_a_plain_threshold_reads_the_less_certain_task(doubt: float, expected: bool) -> None:
    readings = readings_of([0.7, 0.2, 0.1], [0.6, 0.4] + [1e-30] * 18)
    assert np.asarray(jax.jit(stops)(readings, plain_rule(doubt))).all() == expected
    assert not np.asarray(stops(readings, go_on(2))).any()


def test_a_row_stops_where_no_later_exit_is_worth_its_price() -> None:
    """Two layers an exit at .01 a layer: going on by one exit costs .02, by two .04."""
    prices = prices_at(0.01, LAYERS, LAYERS)
    np.testing.assert_allclose(prices[0], [0.02, 0.04])
    np.testing.assert_allclose(prices[1], [0.02, NEVER])
    first = np.asarray([[0.02, 0.04], [0.021, 0.0], [0.0, 0.041], [0.03, 0.0]])
    second = np.asarray([[9.0, 0.0], [0.02, 0.0], [0.03, 0.0], [0.03, 0.0]])
    assert left_at([first, second], prices).tolist() == [0, 1, 2, 2]


def test_rows_leave_at_the_exits_in_use_alone() -> None:
    rng = np.random.default_rng(0)
    gains = [rng.normal(0.0, 0.05, (200, 3)) for _ in range(3)]
    layers = (2, 3, 4, 6)
    for used in choices(layers):
        left = [layers[k] for k in left_at(gains, prices_at(0.01, layers, used))]
        assert set(left) == set(used)
    # After 2 layers, with the exits after 2 and 4 in use: .01 a layer to 4, and no other counts.
    np.testing.assert_allclose(prices_at(0.01, layers, (2, 4))[0], [NEVER, 0.02, NEVER])
    plain = [threshold_rule(0.5, layers, used)[1] for used in ((2, 4), (3, 6))]
    doubts = [np.stack([np.linspace(0.1, 0.9, 9), *np.zeros((2, 9))], axis=1)] * 3
    assert left_at(doubts, plain[0]).tolist() == [0] * 5 + [2] * 4
    assert left_at(doubts, plain[1]).tolist() == [1] * 5 + [3] * 4


def planted(n: int = 4000) -> Judged:
    """Rows of both tasks: where the worse doubt at the first exit is above .5 the last exits gain .5, else nothing."""
    rng = np.random.default_rng(3)
    found = np.zeros((n, 2, FEATURES))
    doubt = rng.random(n)
    found[:, :, 0], found[:, :, WORST] = 1.0, doubt[:, None]
    found[:, :, 1], found[:, :, 2] = doubt[:, None], doubt[:, None] ** 2
    gain = np.where(doubt > 0.5, 0.5, 0.0)
    worth = np.stack([0.5 * np.ones(n), 0.5 + gain, 0.5 + gain], axis=1)
    tasks = np.where(rng.random(n) < 0.5, "sentiment", "topic")
    return Judged(found, worth, tasks, rng.random(n) < 0.3, LAYERS)


def test_the_fit_finds_planted_gains() -> None:
    judged = planted()
    kernels = fit_kernels(judged, np.ones(len(judged.utility), np.bool_))
    first, second = gains_of(judged.features, kernels)
    low, high = judged.features[:, 0, WORST] < 0.3, judged.features[:, 0, WORST] > 0.7
    # Two tasks, each of which gains as much, are summed: .5 + .5.
    assert first[high].mean() > 0.7 > 0.3 > first[low].mean()
    np.testing.assert_allclose(second[:, 0], 0.0, atol=1e-9)
    assert (kernels[1][1] == 0).all()


def test_the_chosen_rule_keeps_within_its_limits_and_saves_layers() -> None:
    judged = planted()
    chosen = choose(curve(judged))
    assert chosen is not None
    assert chosen.loss <= MOST_LOSS
    assert 2.0 < chosen.mean_depth < 3.5
    fitted = fit_exits(judged)
    assert fitted is not None
    assert np.asarray(fitted["kernels"]).shape == (2, 2, FEATURES)


def test_no_exit_is_taken_where_every_one_loses_too_much() -> None:
    judged = planted()
    worse = judged._replace(utility=np.asarray([[0.0, 0.0, 1.0]]).repeat(len(judged.utility), axis=0))
    points = [each for each in curve(worse) if each.mean_depth < 6.0]
    assert choose(points) is None
    assert choose([Point("learned", LAYERS, 0.1, 2.0, MOST_LOSS, 0.0061, 0.0)]) is None
    assert choose([Point("learned", LAYERS, 0.1, 2.0, MOST_LOSS, 0.006, 0.0061)]) is None
    assert choose([Point("learned", LAYERS, 0.1, 2.0, MOST_LOSS, 0.006, 0.006)]) is not None


def test_of_two_rules_the_one_that_loses_less_at_much_the_same_depth_ships() -> None:
    learned = Point("learned", LAYERS, 0.02, 3.44, -0.0008, 0.0017, 0.0023)
    threshold = Point("threshold", LAYERS, 0.39, 3.29, 0.0023, 0.0054, 0.0029)
    assert choose([threshold, learned]) == learned
    assert choose([threshold, learned._replace(mean_depth=4.0)]) == threshold


def test_the_bound_of_the_loss_is_the_bootstraps() -> None:
    loss = np.asarray([0.0] * 90 + [1.0] * 10)
    # Binomial(100, .1): the 95 % quantile of the mean is .15.
    assert loss_bound(loss) == pytest.approx(0.15, abs=0.011)
