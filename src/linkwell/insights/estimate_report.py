"""What a comparison says of itself, for machines and for people. A refusal has no estimate in it anywhere."""

from __future__ import annotations

import math
from typing import Any

from linkwell.insights.estimate import Compared
from linkwell.insights.estimators.staggered import Summary
from linkwell.insights.gates import GateResult
from linkwell.insights.panel import PanelCompared

Z_95 = 1.959963984540054


def compared_facts(found: Compared) -> dict[str, Any]:
    """JSON-able facts of a comparison on one table."""
    facts: dict[str, Any] = {
        "refused": found.estimate is None,
        "method": found.plan.method,
        "estimand": "effect on participants (ATT)",
        "participants": found.participants,
        "comparison": found.comparison,
        "effective_sample_size": number(found.effective),
        "gates": gate_rows(found.gates),
        "balance": balance_rows(found),
        "missing": dict(found.missing),
        "notes": list(found.notes),
    }
    if found.plan.method == "entropy":
        facts["balanced_on"] = found.plan.balance
    if found.estimate is None:
        return facts | refusal(found.gates)
    estimate = found.estimate
    facts |= {
        "estimate": estimate.estimate,
        "standard_error": estimate.standard_error,
        "lower": estimate.lower,
        "upper": estimate.upper,
        "interval": [estimate.lower, estimate.upper],
        "level": 0.95,
        "interval_from": found.interval,
        "participants_mean": estimate.participants_mean,
        "comparison_mean": estimate.comparison_mean,
    }
    if found.sensitivity is not None:
        facts["sensitivity"] = {
            "robustness_value": number(found.sensitivity.robustness_value),
            "e_value": number(found.sensitivity.e_value),
            "strongest_measured": found.sensitivity.strongest,
            "leaving_it_out_moves_the_estimate_by": number(found.sensitivity.moves),
        }
    return facts


def panel_facts(found: PanelCompared) -> dict[str, Any]:
    """JSON-able facts of a comparison with starts spread over time."""
    facts: dict[str, Any] = {
        "refused": found.overall is None,
        "method": "did",
        "estimand": "effect on participants (ATT), all group-times from the start on, by size of group",
        "participants": found.participants,
        "comparison": found.comparison,
        "effective_sample_size": found.comparison,
        "gates": gate_rows(found.gates),
        "notes": list(found.notes),
    }
    if found.overall is None:
        return facts | refusal(found.gates)
    facts |= _summary(found.overall) | {"level": 0.95, "interval_from": "formula"}
    facts |= {
        "pre_test_p": number(found.pre_p),
        "event_study": [_summary(one) | {"periods_since_start": one.at} for one in found.events],
        "by_group": [_summary(one) | {"group": one.at} for one in found.groups],
    }
    return facts


def _summary(one: Summary) -> dict[str, Any]:
    low, high = one.effect - Z_95 * one.standard_error, one.effect + Z_95 * one.standard_error
    return {"estimate": one.effect, "standard_error": one.standard_error, "lower": low, "upper": high,
            "interval": [low, high]}  # fmt: skip


def refusal(gates: tuple[GateResult, ...]) -> dict[str, Any]:
    """Why no number is given, and what would help; the words of an error, for scripts that look for one."""
    red = [gate for gate in gates if gate.level == "red"]
    return {
        "error": "RefusedByRule",
        "what": "No number is given: " + " ".join(dict.fromkeys(gate.sentence for gate in red)),
        "why": ", ".join(gate.gate.id for gate in red),
        "fix": " ".join(dict.fromkeys(gate.gate.helps for gate in red)),
        "exit_code": 4,
    }


def gate_rows(gates: tuple[GateResult, ...]) -> list[dict[str, Any]]:
    """Every gate by name with its level, value and limits."""
    return [
        {
            "gate": result.gate.id, "level": result.level, "value": number(result.value),
            "red": result.gate.red, "amber": result.gate.amber, "worse": result.gate.worse,
            "measures": result.gate.value, "sentence": result.sentence,
        }
        for result in gates
    ]  # fmt: skip


def balance_rows(found: Compared) -> list[dict[str, Any]]:
    """One row a covariate: standardised mean differences before and after, and the variance ratio."""
    alike = found.balance
    return [
        {"name": name, "smd_before": number(alike.before[n]), "smd_after": number(alike.after[n]),
         "variance_ratio": number(alike.ratio[n])}
        for n, name in enumerate(alike.names)
    ]  # fmt: skip


def number(value: float) -> float | None:
    """A float JSON can hold; None when there is none."""
    return float(value) if math.isfinite(value) else None


def words(facts: dict[str, Any]) -> list[str]:
    """The same facts for a reader at a terminal."""
    lines: list[str] = []
    if facts["refused"]:
        lines += [facts["what"], f"What would help: {facts['fix']}", ""]
    else:
        lines += [
            f"Estimate {facts['estimate']:,.6g}  (95 % interval {facts['lower']:,.6g} to "
            f"{facts['upper']:,.6g}; standard error {facts['standard_error']:,.6g}, by "
            f"{facts['interval_from']})",
            "",
        ]
        if facts.get("pre_test_p") is not None:
            lines.append(f"Test that nothing differs before the start: p = {facts['pre_test_p']:.3f}")
    lines.append(
        f"{facts['participants']:,} participants, {facts['comparison']:,} others worth "
        f"{facts['effective_sample_size']:,.1f} people"
    )
    lines += _gates(facts) + _balance(facts)
    lines += [f"Missing in {name}: {count:,} rows" for name, count in facts.get("missing", {}).items()]
    return [*lines, *facts["notes"]]


def _gates(facts: dict[str, Any]) -> list[str]:
    lines = ["", "Gates"]
    for gate in facts["gates"]:
        value = "cannot be met" if gate["value"] is None else f"{gate['value']:.3g}"
        limits = ", ".join(f"{level} {gate['worse']} {gate[level]:g}" for level in ("red", "amber")
                           if gate[level] is not None)  # fmt: skip
        lines.append(f"  {gate['level']:<6} {gate['gate']:<18} {value:>8}  ({limits})")
    return lines


def _balance(facts: dict[str, Any]) -> list[str]:
    rows = facts.get("balance")
    if not rows:
        return [""]
    wide = max(len(row["name"]) for row in rows)
    lines = ["", f"{'Balance':<{wide}}  before   after  variance ratio"]
    for row in rows:
        cells = [_cell(row[key]) for key in ("smd_before", "smd_after", "variance_ratio")]
        lines.append(f"{row['name']:<{wide}}  {cells[0]:>6}  {cells[1]:>6}  {cells[2]:>14}")
    return [*lines, ""]


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
