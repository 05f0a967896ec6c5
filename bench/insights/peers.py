"""The estimators beside Python peers on the same invented table in the same hour: seconds, memory, estimates.

    python -m venv peers
    peers/bin/pip install ebal==1.0.0 diff-diff==3.13.0 csdid==0.4.3 pymatchit-causal==0.6.1 statsmodels
    python -m bench.insights.peers --peer-python peers/bin/python

Each piece of work runs in a process of its own with one thread, on a small table first (so that reading
and imports are left aside), and is given up after `--limit` seconds. Ours goes from the arrays to the
estimate with every gate, interval and balance table.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WIDTH = 30
SIZES = (10_000, 100_000, 1_000_000)
PANELS = (10_000, 100_000, 500_000)
PERIODS = 8
FIRST = 5_000
"""Rows or people of the small table each tool is tried on first."""


def main() -> None:
    """Every tool on every size it finishes."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--peer-python", type=Path, help="the interpreter of the peers' own environment")
    options.add_argument("--limit", type=float, default=300.0)
    options.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.work:
        name, file = asked.work
        with tempfile.TemporaryDirectory() as folder:
            small = Path(folder) / "small.npz"
            (invent_table if name.startswith("table") else invent_panel)(small, FIRST)
            timed(TOOLS[name], small)
        print(json.dumps(timed(TOOLS[name], Path(file))))
        return
    with tempfile.TemporaryDirectory() as folder:
        for kind, sizes in (("table", SIZES), ("panel", PANELS)):
            done = [name for name in TOOLS if name.startswith(kind)]
            for size in sizes:
                file = Path(folder) / f"{kind}-{size}.npz"
                (invent_table if kind == "table" else invent_panel)(file, size)
                done = [name for name in done if _finished(name, size, file, asked)]


def _finished(name: str, size: int, file: Path, asked: argparse.Namespace) -> bool:
    python = sys.executable if name.endswith("linkwell") else asked.peer_python
    if python is None:
        return False
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    script = [str(python), str(Path(__file__)), "--work", name, str(file)]
    try:
        done = subprocess.run(
            script, capture_output=True, text=True, timeout=asked.limit, env=os.environ | one, check=False
        )
    except subprocess.TimeoutExpired:
        print(f"{name:24} {size:>9,}  given up after {asked.limit:.0f} s", flush=True)
        return False
    told = done.stdout.strip().splitlines()[-1] if not done.returncode else done.stderr.strip()[-200:]
    print(f"{name:24} {size:>9,}  {told}", flush=True)
    return not done.returncode


def timed(work: Callable[[Any], tuple[float, float]], file: Path) -> dict[str, float]:
    """Seconds by the clock and of the processor, peak memory, and what came of it."""
    import numpy as np

    with np.load(file) as kept:
        data = {name: kept[name] for name in kept.files}
    began, cpu = time.perf_counter(), time.process_time()
    estimate, error = work(data)
    return {
        "seconds": round(time.perf_counter() - began, 2), "cpu": round(time.process_time() - cpu, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "estimate": round(float(estimate), 5), "error": round(float(error), 5),
    }  # fmt: skip


def invent_table(file: Path, size: int) -> None:
    """One row a person, one in twenty of them participants; the effect is 1."""
    import numpy as np

    rng = np.random.default_rng(size)
    x = rng.normal(size=(size, WIDTH))
    line = x[:, :5] @ np.array([0.5, -0.4, 0.3, 0.2, -0.2])
    taken = rng.random(size) < 1 / (1 + np.exp(3.2 - line))
    y = x[:, :10].sum(axis=1) + taken + rng.normal(size=size)
    np.savez(file, x=x, treated=taken.astype(np.int64), y=y)


def invent_panel(file: Path, people: int) -> None:
    """People over eight periods, three in ten of whom start in the third to sixth; the effect is 1."""
    import numpy as np

    rng = np.random.default_rng(people)
    start = np.where(rng.random(people) < 0.3, rng.integers(3, 7, people), 0)
    person, period = np.repeat(np.arange(people), PERIODS), np.tile(np.arange(1, PERIODS + 1), people)
    begun = (start[person] > 0) & (period >= start[person])
    y = np.repeat(rng.normal(size=people), PERIODS) + 0.2 * period + begun + rng.normal(size=len(person))
    np.savez(file, person=person, period=period, start=start[person], y=y)


def _ours(data: Any, method: str) -> tuple[float, float]:
    import pyarrow as pa

    from linkwell.insights.estimate import Plan, compare

    names = [f"x{n}" for n in range(WIDTH)]
    table = pa.table(
        {"t": data["treated"], "y": data["y"]} | {n: data["x"][:, k] for k, n in enumerate(names)}
    )
    plan = Plan(method=method, draws=0)  # type: ignore[arg-type]
    found = compare(table, treated="t", outcome="y", names=names, plan=plan).estimate
    return (found.estimate, found.standard_error) if found else (float("nan"), float("nan"))


def _our_weights(data: Any) -> tuple[float, float]:
    """Only what ebal does: weights and the difference, without gates, intervals or balance tables."""
    from linkwell.insights.estimators.balance import entropy_weights

    t, x, y = data["treated"] == 1, data["x"], data["y"]
    found = entropy_weights(x[~t], x[t].mean(axis=0))
    return y[t].mean() - found.weights @ y[~t], float("nan")


def _our_panel(data: Any) -> tuple[float, float]:
    import pyarrow as pa

    from linkwell.insights.panel import compare_panel

    found = compare_panel(
        pa.table(data), person="person", period="period", started="start", outcome="y"
    ).overall
    return (found.effect, found.standard_error) if found else (float("nan"), float("nan"))


def _ebal(data: Any) -> tuple[float, float]:
    from ebal import ebal_bin

    found = ebal_bin(effect="ATT", print_level=-1).ebalance(data["treated"], data["x"], data["y"])
    y, t, weight = data["y"], data["treated"] == 1, found["w"].ravel()
    return y[t].mean() - (weight[~t] * y[~t]).sum() / weight[~t].sum(), float("nan")


def _frame(data: Any) -> Any:
    import pandas as pd

    columns = {f"x{n}": data["x"][:, n] for n in range(WIDTH)}
    return pd.DataFrame({"t": data["treated"], "y": data["y"]} | columns)


def _matchit(data: Any) -> tuple[float, float]:
    from pymatchit import MatchIt

    frame = _frame(data)
    made = MatchIt(frame, method="nearest", distance="glm")
    made.fit("t ~ " + " + ".join(f"x{n}" for n in range(WIDTH)))
    kept = made.matched_data
    side = kept["t"] == 1
    return kept["y"][side].mean() - kept["y"][~side].mean(), float("nan")


def _statsmodels(data: Any) -> tuple[float, float]:
    import numpy as np
    import statsmodels.api as sm
    from statsmodels.treatment.treatment_effects import TreatmentEffect

    x = sm.add_constant(data["x"])
    select = sm.Logit(data["treated"], x).fit(disp=0)
    found = TreatmentEffect(sm.OLS(data["y"], x), data["treated"], results_select=select)
    told = found.ipw(effect_group=1)
    return np.ravel(told.effect)[0], told.results_gmm.bse[0]


def _diff_diff(data: Any) -> tuple[float, float]:
    import pandas as pd
    from diff_diff import CallawaySantAnna

    found = CallawaySantAnna(control_group="never_treated").fit(
        pd.DataFrame(data), outcome="y", unit="person", time="period", first_treat="start", aggregate="simple"
    )
    return found.overall_att, found.overall_se


def _csdid(data: Any) -> tuple[float, float]:
    import pandas as pd
    from csdid.att_gt import ATTgt

    found = ATTgt(yname="y", gname="start", idname="person", tname="period", xformla="y ~ 1",
                  data=pd.DataFrame(data)).fit(est_method="reg", bstrap=False)  # fmt: skip
    told = found.aggte(typec="simple", bstrap=False, cband=False).atte
    return told["overall_att"], told["overall_se"]


TOOLS: dict[str, Callable[[Any], tuple[float, float]]] = {
    "table entropy linkwell": lambda data: _ours(data, "entropy"),
    "table weights linkwell": _our_weights,
    "table entropy ebal": _ebal,
    "table match linkwell": lambda data: _ours(data, "match"),
    "table match pymatchit": _matchit,
    "table aipw linkwell": lambda data: _ours(data, "aipw"),
    "table ipw statsmodels": _statsmodels,
    "panel did linkwell": _our_panel,
    "panel did diff-diff": _diff_diff,
    "panel did csdid": _csdid,
}


if __name__ == "__main__":
    main()
