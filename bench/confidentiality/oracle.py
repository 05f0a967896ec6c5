"""The desk's regressions beside statsmodels, in an environment that has it.

`PYTHONPATH=src peers/bin/python bench/confidentiality/oracle.py [data sets]`: the largest relative difference
of any coefficient, standard error and share explained, over invented data of many sizes and shapes.
"""

from __future__ import annotations

import sys

import numpy as np
import statsmodels.api as sm

from linkwell.confidentiality.regression import Kind, fit


def invented(seed: int) -> tuple[np.ndarray, dict[Kind, np.ndarray]]:
    """A design (intercept, amounts, groups) and an outcome of every kind."""
    draw = np.random.default_rng(seed)
    number = int(draw.integers(150, 3000))
    amounts = draw.normal(draw.normal(0, 30), draw.uniform(1, 20), (number, int(draw.integers(1, 4))))
    groups = np.eye(5)[draw.integers(0, 5, number)][:, 1:]
    design = np.column_stack([np.ones(number), amounts, groups])
    centred = (design - design.mean(axis=0)) / np.maximum(design.std(axis=0), 1)
    score = centred @ draw.normal(0, 0.4, design.shape[1])
    return design, {
        "ols": score * 50 + draw.gamma(2, 20, number),
        "logit": (draw.random(number) < 1 / (1 + np.exp(-score))).astype(float),
        "poisson": draw.poisson(np.exp(score)).astype(float),
    }


def main() -> None:
    """Compare and print."""
    worst: dict[Kind, float] = {"ols": 0.0, "logit": 0.0, "poisson": 0.0}
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for seed in range(sets):
        design, outcomes = invented(seed)
        for kind, outcome in outcomes.items():
            model = {"ols": sm.OLS, "logit": sm.Logit, "poisson": sm.Poisson}[kind](outcome, design)
            theirs = (
                model.fit() if kind == "ols" else model.fit(disp=0, method="newton", maxiter=200, tol=1e-12)
            )
            ours = fit(kind, outcome, design)
            explained = theirs.rsquared if kind == "ols" else theirs.prsquared
            for mine, other in ((ours.coefficients, theirs.params), (ours.errors, theirs.bse),
                                (np.array([ours.explained]), np.array([explained]))):  # fmt: skip
                away = np.abs(mine - other) / np.maximum(np.abs(other), theirs.bse.min())
                worst[kind] = max(worst[kind], float(away.max()))
    print(
        f"{sets} data sets, largest relative difference: "
        + ", ".join(f"{k} {v:.1e}" for k, v in worst.items())
    )


if __name__ == "__main__":
    main()
