"""`linkwell custodian project database|lab|try|batch|run|count|model`: a project's lab by command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from linkwell.cli.custodian_projects import project_of
from linkwell.cli.custodian_sign_in import as_option, home_option, signed_in
from linkwell.cli.output import finish, json_option, progress
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.lab.limits import MINUTES, UNITS

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command("database", epilog="Example:\n\n  linkwell custodian project database maa2026-01 --as mere")
@click.argument("code")
@home_option
@as_option
@json_option
def database(code: str, home: Path, username: str, as_json: bool) -> None:
    """Have the database of an approved project built (custodian managers); after that it is kept up."""
    by = signed_in(home, username)
    from linkwell.custody.jobs.worker import see_through
    from linkwell.custody.labs import databases
    from linkwell.custody.labs.permissions import BUILD_DATABASE
    from linkwell.custody.permissions import check

    check(by, BUILD_DATABASE)
    row, job = databases.build(by=by, project=project_of(code))
    with progress("Building the project's database", quiet=as_json) as tick:
        see_through(job, tick=tick)
    done = databases.find_database(row.name)
    finish(
        {"project": code, "database": done.name, "state": done.state, "refresh": done.refresh.label,
         "columns": done.columns, "digest": done.digest},
        [f"{done.name} is {done.state}, of data update {done.refresh.label}.",
         *(f"  {table}: {', '.join(names)}" for table, names in done.columns.items())],
        as_json=as_json,
        next_step=f"linkwell custodian project lab {code} (whoever is named in it)",
    )  # fmt: skip


@click.command("lab", epilog="Example:\n\n  linkwell custodian project lab maa2026-01 --as kim")
@click.argument("code")
@home_option
@as_option
@json_option
def lab(code: str, home: Path, username: str, as_json: bool) -> None:
    """The lab of your project: its database, your tables, and what was asked."""
    by = signed_in(home, username)
    from linkwell.custody.labs import working, workspace

    found = project_of(code)
    stands = working.enter(by=by, project=found)
    tables = workspace.tables(found)
    asked = [{"number": each.number, "kind": each.kind, "state": each.state} for each in found.lab_work.all()]
    facts = {"project": code, "refresh": stands.refresh.label, "columns": stands.columns, "tables": tables,
             "asked": asked}  # fmt: skip
    lines = [f"Data update {stands.refresh.label}.", *(f"  {name}: {', '.join(columns)}"
             for name, columns in stands.columns.items())]  # fmt: skip
    lines += [f"Your table {name}: {', '.join(column for column, _ in columns)}" for name, columns in
              tables.items()]  # fmt: skip
    finish(facts, lines, as_json=as_json, next_step=f"linkwell custodian project try {code} SCRIPT.sql")


@click.command("try", epilog="Example:\n\n  linkwell custodian project try maa2026-01 cohort.sql --as kim")
@click.argument("code")
@click.argument("script", type=_FILE)
@home_option
@as_option
@json_option
def try_(code: str, script: Path, home: Path, username: str, as_json: bool) -> None:
    """Try the statements of a script on the twin, in order; what makes a table is kept. No real row is read.

    A code list (.csv, its first line names the columns) is looked through and becomes a table called like it.

    Exit code 4: a statement was refused; those before it are kept.
    """
    by = signed_in(home, username)
    from linkwell.custody.labs import working

    found = project_of(code)
    working.enter(by=by, project=found)
    done = []
    for line, text in _statements(script):
        work, job = working.try_script(by=by, project=found, texts=[text])[0]
        answer = _answered(work, job, where=f"{script.name}, line {line}", quiet=as_json)
        done.append({"number": work.number, **answer})
    lines = [line for each in done for line in _told(each)]
    finish({"project": code, "statements": done}, lines or ["There is no statement in it."], as_json=as_json,
           next_step=f"linkwell custodian project count {code} TABLE --for 'what it is for'")  # fmt: skip


@click.command("count", epilog="Examples:\n\n  linkwell custodian project count maa2026-01 grown --for 'Who "
                 "comes back' --as kim\n\n  linkwell custodian project count maa2026-01 grown --by "
                 "sex:1,2 --for 'Who comes back' --as kim")  # fmt: skip
@click.argument("code")
@click.argument("table")
@home_option
@as_option
@click.option("--by", "columns", multiple=True, help="A column, and its labels after a colon; up to three.")
@click.option("--for", "purpose", required=True, help="What it is for; kept with the number.")
@click.option("--mean", "amount", default="", help="A column of numbers: its mean a person is told as well.")
@click.option("--unit", type=click.Choice(UNITS), default="events",
              show_default=True, help="What the mean is in.")  # fmt: skip
@click.option("--total", is_flag=True, help="Its total as well; a person's rows are added then.")
@click.option("--quantile", "percents", multiple=True, type=int, metavar="PERCENT",
              help="A quantile of it as well, in steps of five; may be given again.")  # fmt: skip
@json_option
def count(
    code: str, table: str, home: Path, username: str, columns: tuple[str, ...], purpose: str, amount: str,
    unit: str, total: bool, percents: tuple[int, ...], as_json: bool,
) -> None:  # fmt: skip
    """Count the people in a table of yours; what is told was released first. Exit code 4: it was refused."""
    by = signed_in(home, username)
    from linkwell.custody.labs import working
    from linkwell.custody.labs.told import amounts_told

    found = project_of(code)
    working.enter(by=by, project=found)
    work, job = working.ask_count(by=by, project=found, table=table, columns=_labels(columns),
                                  purpose=purpose, amount=amount, unit=unit, total=total,
                                  percents=percents)  # fmt: skip
    release = _answered(work, job, where=f"count {work.number}", quiet=as_json)
    lines = [f"Release {release['release_id']}."]
    for told in release["tables"]:
        heads, amounts = amounts_told(told)
        lines.append(" | ".join([*told["dimensions"], "people", *(head.lower() for head in heads)]))
        lines += [
            " | ".join([*labels, *("S" if each is None else f"{each:,}" for each in (value, *own))])
            for labels, value, own in zip(told["labels"], told["values"], amounts, strict=True)
        ]
    finish({"project": code, "number": work.number, **release}, lines, as_json=as_json)


@click.command("model", epilog="Example:\n\n  linkwell custodian project model maa2026-01 seen 'ols: visits "
                 "~ age + sex' --labels sex:1,2 --for 'Who comes often' --as kim")  # fmt: skip
@click.argument("code")
@click.argument("table")
@click.argument("formula")
@home_option
@as_option
@click.option("--labels", "columns", multiple=True, help="A column in groups, its labels after a colon.")
@click.option("--for", "purpose", required=True, help="What it is for; kept with the numbers.")
@json_option
def model(
    code: str, table: str, formula: str, home: Path, username: str, columns: tuple[str, ...], purpose: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Have the release desk fit a regression on a table of yours: ols, logit or poisson.

    The table has one row a person. Exit code 4: it was refused.
    """
    by = signed_in(home, username)
    from linkwell.custody.labs import working

    found = project_of(code)
    working.enter(by=by, project=found)
    work, job = working.ask_model(by=by, project=found, table=table, formula=formula, purpose=purpose,
                                  labels=_labels(columns))  # fmt: skip
    release = _answered(work, job, where=f"regression {work.number}", quiet=as_json)
    lines = [f"Release {release['release_id']}."]
    for told in release["models"]:
        lines.append(
            f"{told['title']} ({'S' if told['people'] is None else format(told['people'], ',')} people)"
        )
        for term, *figures in zip(told["terms"], told["coefficients"], told["errors"], strict=True):
            lines.append(" | ".join([term, *("S" if each is None else f"{each:g}" for each in figures)]))
    finish({"project": code, "number": work.number, **release}, lines, as_json=as_json)


def _labels(columns: tuple[str, ...]) -> dict[str, list[str]]:
    return {name.strip(): [each.strip() for each in labels.split(",") if each.strip()]
            for name, _, labels in (column.partition(":") for column in columns)}  # fmt: skip


def _statements(script: Path) -> list[tuple[int, str]]:
    from linkwell.lab.lists import statements_in
    from linkwell.lab.script import statements_of

    if script.suffix.lower() == ".csv":
        return [(1, text) for text in statements_in(script.name, script.read_bytes())]
    try:
        return statements_of(script.read_text("utf-8"))
    except UnicodeDecodeError:
        raise WrongUse("This is no text.", where=script.name, fix="Save it as UTF-8.") from None


def _answered(work: Any, job: Any, *, where: str, quiet: bool) -> dict[str, Any]:
    """The answer to a piece of work, once a worker (or this process) has done it.

    Raises:
        RefusedByRule: it was refused, in the words the team reads.
    """
    from linkwell.custody.jobs.worker import see_through

    with progress("In the lab", quiet=quiet) as tick:
        see_through(job, tick=tick)
    work.refresh_from_db()
    answer: dict[str, Any] = work.answer
    if work.state == "refused":
        place = ": ".join(part for part in (where, str(answer["where"])) if part)
        raise RefusedByRule(str(answer["what"]), where=place, why=str(answer.get("why", "")),
                            fix=str(answer.get("fix", "")))  # fmt: skip
    return answer


@click.command("batch", epilog="Example:\n\n  linkwell custodian project batch maa2026-01 cohort.sql s.py "
                 "--as kim")  # fmt: skip
@click.argument("code")
@click.argument("files", type=_FILE, nargs=-1, required=True)
@home_option
@as_option
@json_option
def batch(code: str, files: tuple[Path, ...], home: Path, username: str, as_json: bool) -> None:
    """Bring in a batch, in order: code lists (.csv), statements (.sql), scripts (.py). All on the twin.

    A script begins with “# reads: person” and “# makes: scored”, finds an engine with the tables it reads as
    data, and keeps a table with make(name, snz_uid, column=values). Every row it makes has to come from that
    person's rows alone. No real row is read.

    Exit code 4: something was refused; what came before it is kept.
    """
    by = signed_in(home, username)
    from linkwell.custody.labs import batches, working

    found = project_of(code)
    working.enter(by=by, project=found)
    done: list[dict[str, Any]] = []
    for file in files:
        if file.suffix.lower() == ".py":
            work, job = batches.bring(by=by, project=found, name=file.name, data=file.read_bytes())
            done.append({"number": work.number, **_answered(work, job, where=file.name, quiet=as_json)})
            continue
        for line, text in _statements(file):
            work, job = working.try_script(by=by, project=found, texts=[text])[0]
            where = f"{file.name}, line {line}"
            done.append({"number": work.number, **_answered(work, job, where=where, quiet=as_json)})
    finish({"project": code, "done": done}, [line for each in done for line in _told(each)], as_json=as_json,
           next_step=f"linkwell custodian project run {code} (on the real rows)")  # fmt: skip


@click.command("run", epilog="Example:\n\n  linkwell custodian project run maa2026-01 --minutes 2 --as kim")
@click.argument("code")
@home_option
@as_option
@click.option("--minutes", type=click.Choice([str(each) for each in MINUTES]), default="1", show_default=True,
              help="For each; it is told to be over when they are.")  # fmt: skip
@click.option("--again", is_flag=True, help="Also those that ran on this data update.")
@json_option
def run(code: str, home: Path, username: str, minutes: str, again: bool, as_json: bool) -> None:
    """Run your batches on the real rows: all that did not yet on this data update."""
    by = signed_in(home, username)
    from linkwell.custody.labs import batches, working

    found = project_of(code)
    working.enter(by=by, project=found)
    left = batches.run(by=by, project=found, minutes=int(minutes), again=again)
    done = [{"number": work.number, **_answered(work, job, where=str(work.asked["name"]), quiet=as_json)}
            for work, job in left]  # fmt: skip
    finish({"project": code, "runs": done}, [line for each in done for line in each["log"]], as_json=as_json,
           next_step=f"linkwell custodian project count {code} TABLE --for 'what it is for'")  # fmt: skip


def _told(answer: dict[str, Any]) -> list[str]:
    if "log" in answer:
        return [str(line) for line in answer["log"]]
    return [f"{answer['kind']}: {answer['name'] or ', '.join(name for name, _ in answer['columns'])}"]


LABS = (database, lab, try_, count, model, batch, run)
