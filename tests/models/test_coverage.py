"""Risk and coverage against numbers worked by hand and against every order of what is tied."""

import itertools

import numpy as np
import pytest

from models.coverage import aurc, coverage, risk_curve


def test_the_curve_of_four_items() -> None:
    # By sureness: right, wrong, right, wrong: risks 0/1, 1/2, 1/3, 2/4.
    np.testing.assert_allclose(risk_curve([0.2, 0.9, 0.6, 0.4], [0, 1, 0, 1]), [0, 1 / 2, 1 / 3, 1 / 2])
    assert aurc([0.2, 0.9, 0.6, 0.4], [0, 1, 0, 1]) == pytest.approx((1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_ties_are_the_mean_over_their_orders() -> None:
    sureness, success = np.asarray([0.5, 0.9, 0.5, 0.5, 0.1]), np.asarray([1.0, 0.0, 0.0, 0.4, 1.0])
    orders = [np.cumsum(1 - success[[1, *tied, 4]]) / np.arange(1, 6) for tied in itertools.permutations([0, 2, 3])]
    np.testing.assert_allclose(risk_curve(sureness, success), np.mean(orders, axis=0), rtol=1e-12)


def test_the_best_order_has_the_errors_last_and_the_worst_has_them_first() -> None:
    correct = [1, 1, 1, 0]
    # best: 0, 0, 0, 1/4; worst: 1, 1/2, 1/3, 1/4
    areas = coverage([4, 3, 2, 1], [1, 2, 3, 4], correct)
    assert areas == {"value": pytest.approx(1 / 16), "confidence": pytest.approx((1 + 1 / 2 + 1 / 3 + 1 / 4) / 4)}


def test_utilities_count_as_parts_of_a_success() -> None:
    assert aurc([2, 1], [0.6, 1.0]) == pytest.approx((0.4 + 0.2) / 2)


@pytest.mark.parametrize(("sureness", "success"), [([], []), ([1.0], [1, 0]), ([[1.0]], [[1.0]])])
def test_what_has_no_curve_is_refused(sureness: list[float], success: list[float]) -> None:
    with pytest.raises(ValueError, match="N at least 1"):
        risk_curve(sureness, success)
