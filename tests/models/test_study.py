"""The parts of the study against numbers worked by hand and full enumeration."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from models.encoder import EncoderConfig
from models.recipe import SENTIMENT_UTILITY
from models.study import hybrid
from models.study.arms import ARMS
from models.study.bench import Bench
from models.study.flops import forward_flops, pool_size, step_passes
from models.study.intervals import paired, spread
from models.study.ledger import Ledger
from models.study.outcome import Own, careful, cross_fitted, outcome
from models.study.page import table
from models.study.plan import StudyError, StudyPlan
from models.study.rows import class_weighted
from models.study.schedule import follow_progress
from models.study.selective import importance_weights, inclusion_probs, systematic_sample
from models.update import Batch

PLAN = StudyPlan(data=None, encoder="e", layers=3, length=24, rows=64, epochs=2, seeds=2, held_out=64, adapter="a")


def test_inclusion_probabilities_of_four_rows() -> None:
    # half even: .5 / 4 = .125 each; half by score: .5 * (1, 2, 3, 4) / 10; times 2 rows
    np.testing.assert_allclose(inclusion_probs(np.asarray([1.0, 2, 3, 4]), 2, 0.5), [0.35, 0.45, 0.55, 0.65])


def test_what_a_certain_row_cannot_take_goes_to_the_others() -> None:
    # by score alone 2 * (8, 1, 1) / 10 = 1.6, .2, .2: the first is certain, one more of the others, each as likely
    np.testing.assert_allclose(inclusion_probs(np.asarray([8.0, 1, 1]), 2, 0.0), [1.0, 0.5, 0.5])
    np.testing.assert_allclose(inclusion_probs(np.zeros(4), 3), [0.75] * 4)
    np.testing.assert_allclose(inclusion_probs(np.asarray([5.0, 1, 2]), 3, 0.1), [1.0] * 3)


def every_sample(probs: np.ndarray, order: np.ndarray) -> list[tuple[float, np.ndarray]]:
    """Every systematic sample with its probability: it changes only where start passes the end of an interval."""
    edges = np.unique(np.r_[0.0, np.mod(np.cumsum(probs[order]), 1.0), 1.0])
    middles = (edges[1:] + edges[:-1]) / 2
    return [
        (float(width), systematic_sample(probs, float(start), order))
        for width, start in zip(np.diff(edges), middles, strict=True)
    ]


@pytest.mark.parametrize("rows", [1, 2, 4])
def test_weights_by_inclusion_probability_are_unbiased_by_full_enumeration(rows: int) -> None:
    """Over every sample, each row comes with its probability, and the weighted sum is a uniform choice's mean."""
    rng = np.random.default_rng(rows)
    scores, gradients = rng.random(6) ** 3, rng.standard_normal(6)
    probs, order = inclusion_probs(scores, rows), rng.permutation(6)
    came, mean = np.zeros(6), 0.0
    for chance, chosen in every_sample(probs, order):
        assert len(set(chosen)) == rows
        came[chosen] += chance
        mean += chance * float((importance_weights(probs, chosen) * gradients[chosen]).sum())
    np.testing.assert_allclose(came, probs, atol=1e-9)
    assert mean == pytest.approx(rows / 6 * gradients.sum(), abs=1e-9)


def test_the_even_share_bounds_every_weight() -> None:
    probs = inclusion_probs(np.asarray([100.0, *[0.0] * 9]), 3, 0.3)
    assert importance_weights(probs, np.arange(3)).max() <= 1 / 0.3 + 1e-9


def test_operations_of_a_small_encoder() -> None:
    # D 4, I 8, T 3, two layers: 2 * 3 * (4 * 16 + 2 * 32) = 768, attention 4 * 9 * 4 = 144
    config = EncoderConfig(10, 4, 2, 1, 8, 16, 2)
    assert forward_flops(config, 3) == 2 * (768 + 144)


def test_pools_that_fit_the_budget() -> None:
    # the critic: N / 3 + 96 <= .7 * 3 N, N >= 54.3; random: 96 <= 2.1 N, N >= 45.7; highest loss: N + 96 <= 2.1 N
    assert [ARMS[name].pool() for name in ("critic", "random", "loss", "lam-1")] == [55, 46, 88, 32]
    assert step_passes("critic", 55, 32) == pytest.approx(55 / 3 + 96)
    with pytest.raises(ValueError, match="costs more than 30% of training"):
        pool_size("loss", 32, 0.3)


def test_the_paired_interval_of_three_seeds() -> None:
    # differences 1, 2, 3: mean 2, standard deviation 1, t(.975, 2) = 4.3027: 2 +- 4.3027 / sqrt 3
    gap = paired([2.0, 4.0, 6.0], [1.0, 2.0, 3.0])
    assert gap.mean == pytest.approx(2.0)
    assert (gap.low, gap.high) == pytest.approx((2 - 4.3027 / math.sqrt(3), 2 + 4.3027 / math.sqrt(3)), abs=1e-4)
    assert spread([1.0, 2.0, 3.0]) == pytest.approx((2.0, 1.0))
    with pytest.raises(ValueError, match="at least 2"):
        paired([1.0], [2.0])


def test_a_shift_that_all_seeds_share_has_no_width() -> None:
    assert paired([0.2, 0.5, 0.9], [0.1, 0.4, 0.8]) == pytest.approx((0.1, 0.1, 0.1))


def test_the_careful_act_weighs_what_a_mistake_costs() -> None:
    # p = (.35, .4, .25): negative .35 + .24 + .025 = .615, neutral .07 + .4 + .125 = .595, positive 0 + .24 + .25
    probs = np.asarray([[0.35, 0.4, 0.25], [0.1, 0.1, 0.8]])
    np.testing.assert_array_equal(careful(probs, np.asarray(SENTIMENT_UTILITY)), [0, 2])


def test_the_figures_of_four_rows_by_hand() -> None:
    """Labels as the logits say in three of four rows; the policy says neutral everywhere."""
    labels, said = np.asarray([0, 1, 2, 2]), np.asarray([0, 1, 2, 1])
    logits, policy = 20.0 * np.eye(3)[said], np.tile([0.0, 1.0, 0.0], (4, 1))
    figures = outcome(Own(logits, policy, np.full((4, 3), 0.5)), labels, np.zeros(4, np.int64))
    assert figures["accuracy"] == 0.75
    assert figures["utility"] == pytest.approx((0.2 + 1.0 + 0.5 + 0.5) / 4)
    assert figures["utility_label"] == pytest.approx((1 + 1 + 1 + 0.5) / 4)
    assert figures["decisions"] == [0.0, 1.0, 0.0] and figures["mean_value"] == pytest.approx(0.5)


def test_no_row_is_calibrated_on_itself() -> None:
    rng = np.random.default_rng(0)
    logits, labels, places = rng.standard_normal((60, 3)), rng.integers(0, 3, 60), np.zeros(60, np.int64)
    changed = labels.copy()
    changed[10] = (labels[10] + 1) % 3
    same = cross_fitted(logits, labels, places) == cross_fitted(logits, changed, places)
    assert same[::2].all() and not same[1::2].all()


def test_class_weights_give_every_label_the_same_weight() -> None:
    label = np.asarray([0, 0, 0, 1, 2, 2], np.int32)
    columns = {name: np.zeros(6, np.int32) for name in Batch._fields}
    batch = Batch(**{**columns, "label": label, "weights": np.ones((6, 4), np.float32)})
    weighted = class_weighted(batch, 3).weights[:, 0]
    np.testing.assert_allclose([weighted[label == each].sum() for each in range(3)], [2.0] * 3)


def test_the_rate_rises_and_falls_with_the_share_of_the_steps() -> None:
    import jax.numpy as jnp

    schedule, scales = follow_progress(0.25), []
    state = schedule.init({})._replace(total=jnp.float32(8.0))
    for _ in range(9):
        updates, state = schedule.update({"a": jnp.ones(())}, state)
        scales.append(float(updates["a"]))
    # rising over 2 of 8 steps, then half a cosine over the other 6
    expected = [0, 0.5, *(0.5 + 0.5 * math.cos(math.pi * step / 6) for step in range(7))]
    np.testing.assert_allclose(scales, expected, atol=1e-6)


def record(arm: str, seed: int, seconds: float) -> dict[str, object]:
    return {"arm": arm, "seed": seed, "step_seconds": seconds}


def test_steps_by_each_budget(tmp_path: Path) -> None:
    """128 visits: full 4 steps; by operations 128 // 46; by time .7 * 4 * .30 s over .25 s a step."""
    ledger = Ledger(tmp_path, StudyPlan(**{**PLAN.to_json(), "seeds": 3}), {})
    for seed, (full, critic) in enumerate([(0.30, 0.25), (0.30, 0.20), (0.40, 0.30)], 1):
        ledger.add(record("lam-0.75", seed, full))
        ledger.add(record("critic", seed, critic))
    steps = {name: hybrid.steps_of(ledger, PLAN, ARMS[name]) for name in ("lam-1", "random", "critic-time")}
    assert steps == {"lam-1": 4, "random": 2, "critic-time": 3}


def test_a_ledger_goes_on_after_its_last_whole_line_and_keeps_to_its_plan(tmp_path: Path) -> None:
    Ledger(tmp_path, PLAN, {"cpu": "one"}).add(record("lam-1", 1, 0.1))
    path = tmp_path / "results.jsonl"
    path.write_text(path.read_text() + '{"arm": "lam-1", "se')
    again = Ledger(tmp_path, PLAN, {"cpu": "another"})
    assert again.of("lam-1") == {1: record("lam-1", 1, 0.1)} and again.machine == {"cpu": "one"}
    again.add(record("lam-1", 2, 0.1))
    assert [json.loads(line).get("seed") for line in path.read_text().splitlines()] == [None, 1, 2]
    other = StudyPlan(**{**PLAN.to_json(), "rows": 96})
    with pytest.raises(StudyError, match="other settings"):
        Ledger(tmp_path, other, {})


def test_seeds_can_be_added_and_left_out(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, StudyPlan(**{**PLAN.to_json(), "seeds": 3}), {})
    for seed in (3, 1, 2):
        ledger.add({**record("random", seed, 0.1), "steps": 7})
    assert list(ledger.of("random")) == [1, 2, 3]
    again = Ledger(tmp_path, PLAN, {})
    assert list(again.of("random")) == [1, 2]
    assert hybrid.steps_of(again, PLAN, ARMS["random"]) == 7


def test_an_encoder_of_too_few_layers_is_refused(small_encoder: Path) -> None:
    plan = StudyPlan(**{**PLAN.to_json(), "encoder": str(small_encoder), "layers": 6})
    with pytest.raises(StudyError, match="has 3 layers"):
        Bench(plan)


def test_a_markdown_table() -> None:
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | ---: |\n| 1 | 2 |"
