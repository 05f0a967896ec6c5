"""Regressions: an ordinary one is told; one that tells a person, or a table by another name, is not."""

import numpy as np
import pytest

from linkwell.confidentiality.request import Category, ModelInput
from linkwell.errors import WrongUse

PERMITTED = {"permission_single_provider": True}
DRAW = np.random.default_rng(4)
NUMBER = 1200
AGE = DRAW.normal(45, 15, NUMBER)
SEX = Category(DRAW.integers(0, 2, NUMBER), ("female", "male"))
AREA = Category(DRAW.integers(0, 5, NUMBER), tuple("abcde"))
LOAD = 0.04 * AGE + 0.4 * SEX.codes
WAGES = 20_000 + 300 * AGE - 2000 * SEX.codes + DRAW.gamma(2, 4000, NUMBER)
YES = (DRAW.random(NUMBER) < 1 / (1 + np.exp(2 - LOAD))).astype(float)
VISITS = DRAW.poisson(np.exp(LOAD - 2)).astype(float)
OUTCOMES = {"ols": WAGES, "logit": YES, "poisson": VISITS}


def model(kind="ols", terms=("age", "sex"), name="m", rows=slice(None), values=None, **more):
    outcome = OUTCOMES[kind] if values is None else values
    variables = {"age": AGE, "sex": SEX, "area": AREA} | more
    cut = {
        key: Category(v.codes[rows], v.labels) if isinstance(v, Category) else v[rows]
        for key, v in variables.items()
    }
    return ModelInput(name, kind, "outcome", outcome[rows], np.arange(1, NUMBER + 1)[rows], cut, terms)


def told(desk, ask, *models, **more):
    release = desk.release(ask(models=models, population=np.arange(1, NUMBER + 1), **more), **PERMITTED)
    return [release.models[m.name] for m in models]


@pytest.mark.parametrize("kind", ["ols", "logit", "poisson"])
def test_an_ordinary_model_is_told_to_three_figures_with_a_rounded_number_of_people(desk, ask, kind):
    found = told(desk, ask, model(kind, ("age", "sex", "area")))[0]
    assert found.terms == ("intercept", "age", "sex: male", "area: b", "area: c", "area: d", "area: e")
    assert found.mark == ""
    assert found.people % 3 == 0
    assert all(number == float(f"{number:.3g}") for number in (*found.coefficients, *found.errors))
    assert found.coefficients[1] == pytest.approx({"ols": 300}.get(kind, 0.04), rel=0.2)
    assert found.explained == round(found.explained, 2)


def one_person():
    return (np.arange(NUMBER) == 77).astype(float)


def nine(start=0):
    return ((np.arange(NUMBER) >= start) & (np.arange(NUMBER) < start + 9)).astype(float)


@pytest.mark.parametrize("kind", ["ols", "logit", "poisson"])
@pytest.mark.parametrize("group", [one_person(), nine(), 1 - one_person(), one_person() * AGE])
def test_a_term_about_a_few_people_hides_the_model(desk, ask, kind, group):
    found = told(desk, ask, model(kind, ("age", "sex", "few"), few=group))[0]
    assert (found.mark, set(found.coefficients), set(found.errors)) == ("S", {None}, {None})


def test_two_large_terms_that_differ_by_a_few_people_hide_the_model(desk, ask):
    large = (np.arange(NUMBER) < 400).astype(float)
    assert told(desk, ask, model(terms=("age", "x", "y"), x=large, y=large - nine()))[0].mark == "S"


@pytest.mark.parametrize("terms", [("sex",), ("sex", "area", "sex:area"), ("sex:area",)])
def test_a_table_of_means_by_another_name_is_hidden(desk, ask, terms):
    assert told(desk, ask, model(terms=terms))[0].mark == "S"


def test_nearly_everything_interacted_rests_on_too_few_people(desk, ask):
    fine = Category(DRAW.integers(0, 60, NUMBER), tuple(f"l{n}" for n in range(60)))
    assert told(desk, ask, model(terms=("age", "fine"), fine=fine))[0].mark == "S"


def test_one_giant_outcome_hides_the_model(desk, ask):
    rich = np.where(np.arange(NUMBER) == 77, 1e9, 100.0) + AGE
    assert told(desk, ask, model(values=rich))[0].mark == "S"


def test_a_model_that_repeats_everyones_value_is_hidden(desk, ask):
    assert told(desk, ask, model(values=3 * AGE + SEX.codes))[0].mark == "S"


def test_twenty_people_are_too_few(desk, ask):
    assert told(desk, ask, model(terms=("age",), rows=slice(0, 20)))[0].mark == "S"


def test_the_model_without_one_person_repeats_the_earlier_answer(desk, ask):
    whole = told(desk, ask, model())[0]
    without = told(desk, ask, model(rows=slice(0, NUMBER - 1), name="w"))[0]
    assert (without.coefficients, without.errors) == (whole.coefficients, whole.errors)


def test_nearly_the_same_people_in_another_form_get_nothing(desk, ask):
    told(desk, ask, model())
    for number, other in enumerate((
        model(terms=("age", "sex", "area"), rows=slice(0, NUMBER - 1)),
        model(rows=slice(0, NUMBER - 2), values=2 * WAGES + 7, terms=("age", "area")),
        model(terms=("other age", "sex", "area"), **{"other age": np.where(one_person() > 0, 0.0, AGE)}),
    )):  # fmt: skip
        assert told(desk, ask, other, purpose=f"try {number}")[0].mark == "S"


def test_more_terms_and_other_outcomes_of_the_same_people_are_told(desk, ask):
    found = told(desk, ask, model(), model(terms=("age", "sex", "area"), name="n"), model("logit", name="o"))
    assert [m.mark for m in found] == ["", "", ""]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: model("logit", values=WAGES), lambda: model("poisson", values=-VISITS - 1),
        lambda: model(terms=("height",)), lambda: model(terms=()), lambda: model(terms=("age", "age")),
        lambda: model(values=np.where(AGE > 50, np.nan, WAGES)), lambda: model(age=AGE[:10]),
    ],
)  # fmt: skip
def test_a_model_that_does_not_fit_together_is_refused(desk, ask, wrong):
    with pytest.raises(WrongUse):
        told(desk, ask, wrong())


def test_what_is_written_has_terms_and_errors_but_no_person(desk, ask, tmp_path):
    request = ask(models=(model(),), population=np.arange(1, NUMBER + 1))
    release = desk.release(request, **PERMITTED)
    release.write(tmp_path)
    lines = (tmp_path / "models.csv").read_text().splitlines()
    assert lines[0] == "model,kind,outcome,people,explained,term,coefficient,standard_error,mark"
    assert len(lines) == 4
    assert set(release.as_dict()["models"][0]) == {
        "name", "title", "kind", "outcome", "terms", "coefficients", "errors", "explained", "people", "mark",
    }  # fmt: skip
