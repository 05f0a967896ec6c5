import numpy as np
import pytest

from linkwell.confidentiality.regression import fit

DRAW = np.random.default_rng(12)
NUMBER = 400
X = np.column_stack([np.ones(NUMBER), DRAW.normal(40, 12, NUMBER), DRAW.integers(0, 2, NUMBER)])
Y = X @ [5.0, 0.3, -2.0] + DRAW.normal(0, 4, NUMBER)
YES = (DRAW.random(NUMBER) < 1 / (1 + np.exp(-(X @ [-2.0, 0.04, 0.5])))).astype(float)
VISITS = DRAW.poisson(np.exp(X @ [-1.0, 0.03, 0.4])).astype(float)

# What statsmodels 0.15.0 gives for this very data: coefficients, standard errors, R² or pseudo-R².
# bench/confidentiality compares the two again over other invented data.
STATSMODELS = {
    "ols": ([5.285697826, 0.2951388799, -2.218851978], [0.736352627, 0.01697382721, 0.4047382998],
            0.4529372351),
    "logit": ([-2.403977077, 0.04516771409, 0.7471874544], [0.4246599727, 0.009508538751, 0.2112825963],
              0.0681125808),
    "poisson": ([-1.007312753, 0.03182442707, 0.2407893492], [0.1651393428, 0.003475918043, 0.07937844803],
                0.0731619137),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "outcome"), [("ols", Y), ("logit", YES), ("poisson", VISITS)])
def test_coefficients_and_errors_are_those_of_statsmodels(kind, outcome):
    found, (coefficients, errors, explained) = fit(kind, outcome, X), STATSMODELS[kind]
    assert found.converged
    assert found.coefficients == pytest.approx(coefficients, rel=1e-6)
    assert found.errors == pytest.approx(errors, rel=1e-6)
    assert found.explained == pytest.approx(explained, rel=1e-6)


def test_a_group_of_its_own_rests_on_its_own_people():
    """By Frisch and Waugh the coefficient of a group of seven people rests on about seven."""
    few = (np.arange(NUMBER) < 7).astype(float)
    assert fit("ols", Y, np.column_stack([X, few])).support[-1] == pytest.approx(7, rel=0.1)


def test_two_terms_that_differ_by_six_people_rest_on_those_six():
    wide, less = (np.arange(NUMBER) < 106).astype(float), (np.arange(NUMBER) < 100).astype(float)
    found = fit("ols", Y, np.column_stack([np.ones(NUMBER), wide, less]))
    assert found.support[1:].min() < 12


def test_columns_that_repeat_each_other_have_no_answer():
    assert not fit("ols", Y, np.column_stack([X, 2 * X[:, 1]])).converged


@pytest.mark.parametrize("kind", ["logit", "poisson"])
def test_groups_in_which_nothing_happened_have_no_answer(kind):
    group = (np.arange(NUMBER) < 100).astype(float)
    outcome = np.where(group > 0, 0.0, YES)
    assert not fit(kind, outcome, np.column_stack([np.ones(NUMBER), group])).converged


def test_the_share_of_a_prediction_that_rests_on_one_person_is_its_leverage():
    hat = X @ np.linalg.inv(X.T @ X) @ X.T
    assert fit("ols", Y, X).leverage == pytest.approx(np.diag(hat).max())
