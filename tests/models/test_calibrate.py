import numpy as np
import pytest
from scipy.optimize import minimize

from models.calibrate import Calibration, fit, identity, softmax
from models.data import Row
from models.fitting import fit_calibration
from models.forward import ItemReadings
from models.metrics import brier, confusion, ece, ece_excess, macro_f1, per_class, wilson_interval


def drawn(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are three times too sure, and labels of which the first is too seldom expected."""
    rng = np.random.default_rng(seed)
    true = rng.normal(size=(n, 3))
    true[:, 0] += 0.7
    labels = np.asarray([rng.choice(3, p=p) for p in softmax(true)])
    return 3.0 * (true - [0.7, 0.0, 0.0]), labels


def test_fit_is_the_minimum_that_scipy_finds() -> None:
    logits, labels = drawn(400, 0)
    weights = np.where(np.arange(400) % 3, 1.0, 0.3)

    def loss(theta: np.ndarray) -> float:
        probs = softmax(theta[0] * logits + theta[1:])
        penalty = 0.5 * 2.0 * ((theta[0] - 1.0) ** 2 + (theta[1:] ** 2).sum())
        return -weights @ np.log(probs[np.arange(400), labels]) + penalty

    best = minimize(loss, np.asarray([1.0, 0.0, 0.0, 0.0]), tol=1e-12).x
    ours = fit(logits, labels, weights)
    assert 1.0 / ours.temperature == pytest.approx(best[0], abs=1e-4)
    np.testing.assert_allclose(ours.bias, best[1:], atol=1e-4)


def test_fit_undoes_what_was_overconfident() -> None:
    logits, labels = drawn(6000, 1)
    ours = fit(logits, labels)
    assert ours.temperature == pytest.approx(3.0, rel=0.1)
    assert ours.bias[0] - ours.bias[1] == pytest.approx(0.7, abs=0.12)


def test_a_row_of_another_source_counts_for_less_in_the_house_convention_than_its_own() -> None:
    """One answer for every row, "positive": right for half of the house's 300 rows and for all of the others' 300."""
    readings = ItemReadings(np.tile(np.float32([0.0, 0.0, 1.0]), (4, 1)), np.zeros((4, 3)), np.zeros((4, 3)))
    own = [Row("sales", label, "house") for label in ("negative", "positive") for _ in range(150)]
    rows = [*own, *[Row("sales rise", "positive", "tfns")] * 300]
    fitted = fit_calibration(rows, [[{"sentiment": readings}] for _ in rows])["sentiment"]["house"][0]
    probs = Calibration(fitted["temperature"], tuple(fitted["bias"])).probs([0.0, 0.0, 1.0])
    assert probs[2] == pytest.approx((150 + 0.3 * 300) / (300 + 0.3 * 300), abs=0.02)


def test_probs_agree_with_numpy_and_hold_at_extremes() -> None:
    ours = fit(*drawn(400, 2))
    logits = [1.5, -0.3, 0.2]
    expected = softmax(np.asarray(logits) / ours.temperature + np.asarray(ours.bias))
    np.testing.assert_allclose(ours.probs(logits), expected, rtol=1e-12)
    assert identity(3).probs([1e4, -1e4, 0.0]) == [1.0, 0.0, 0.0]


def test_ece_by_hand() -> None:
    # bins: .55 hit and .52 miss -> |1 - 1.07| = .07; .95 hit, .98 hit -> |2 - 1.93| = .07; over 4 rows
    probs = np.asarray([[0.55, 0.45], [0.52, 0.48], [0.95, 0.05], [0.98, 0.02]])
    assert ece(probs, np.asarray([True, False, True, True])) == pytest.approx(0.14 / 4)


def test_a_calibrated_model_has_no_excess_and_an_overconfident_one_has() -> None:
    rng = np.random.default_rng(0)
    top = rng.uniform(0.5, 1.0, 3000)
    probs = np.stack([top, 1 - top], 1)
    hits = rng.random(3000) < top
    assert abs(ece_excess(probs, hits)) < 0.01
    assert ece_excess(probs, rng.random(3000) < top - 0.1) == pytest.approx(0.1 - 0.012, abs=0.02)


def test_macro_f1_brier_and_confusion_by_hand() -> None:
    labels, said = np.asarray([0, 0, 1, 1, 2]), np.asarray([0, 1, 1, 1, 0])
    counts = confusion(labels, said, 4)
    assert counts.tolist() == [[1, 1, 0, 0], [0, 2, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    # f1: 2*1/(2+2) = .5; 2*2/(3+2) = .8; 0; the fourth label never occurs
    assert macro_f1(counts) == pytest.approx(1.3 / 3)
    assert per_class(counts)[1] == {"precision": 2 / 3, "recall": 1.0, "f1": 0.8, "support": 2}
    assert brier(np.asarray([[0.75, 0.25]]), np.asarray([1])) == pytest.approx(2 * 0.75**2)


def test_wilson_interval_agrees_with_the_worked_example() -> None:
    """81 of 263: .2553 to .3662 (Newcombe 1998, table I, method 3)."""
    low, high = wilson_interval(81, 263)
    assert (low, high) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))
