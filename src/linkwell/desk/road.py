"""Where the person is on the road: each step's state in plain words, read from what lies in the folder."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from linkwell.desk.desk import Desk
from linkwell.primer import load_questions, readiness


class State(StrEnum):
    """How a step stands; the value is what the page says."""

    DONE = "Done"
    NEXT = "Next"
    AGAIN = "Do again"
    BEGUN = "Begun"
    LATER = "Later"


@dataclass(frozen=True)
class Stop:
    """One step of the road.

    Attributes:
        said: how far it is, in one short sentence.
    """

    name: str
    address: str
    title: str
    what: str
    state: State
    said: str


def road(desk: Desk) -> tuple[Stop, ...]:
    """All six steps. The first that is not done is never LATER; no step is locked."""
    stops = (_ready(desk), _files(desk), _describe(desk), _check(desk), _look(desk), _hand(desk))
    shown, found = [], False
    for stop in stops:
        if not found and stop.state is State.LATER:
            stop = Stop(stop.name, stop.address, stop.title, stop.what, State.NEXT, stop.said)
        found = found or stop.state is not State.DONE
        shown.append(stop)
    return tuple(shown)


def _ready(desk: Desk) -> Stop:
    questions = load_questions()
    answers, unreadable = desk.answers_if_readable
    outcome = readiness(answers.choices, questions)
    total, open_ = len(questions.questions), len(outcome.unanswered)
    said = f"{total - open_} of {total} questions answered"
    state = State.DONE if not open_ else State.BEGUN if open_ < total else State.LATER
    if not open_:
        said = f"Ready: {outcome.ready}"
    if unreadable is not None:
        state, said = State.BEGUN, "Your answers were changed by hand and cannot be read"
    return Stop(
        "ready",
        "/ready/" if unreadable is None else "/ready/answers/",
        "Get ready",
        "Answer six short questions and see what each answer means.",
        state,
        said,
    )


def _files(desk: Desk) -> Stop:
    paths = desk.choices.paths()
    gone = [path for path in paths if not path.exists()]
    tables = desk.choices.tables()
    counts = ((len(paths), "file"), (len(tables), "table"))
    counted = [f"{many} {what}{'' if many == 1 else 's'}" for many, what in counts if many]
    said = f"{' and '.join(counted)} chosen" if counted else "No file chosen yet"
    state = State.DONE if counted else State.LATER
    if gone:
        state, said = State.AGAIN, f"{len(gone)} of the chosen files cannot be found"
    what = "Say which spreadsheets hold the people you work with. They stay where they are."
    return Stop("files", "/files/", "Choose your files", what, state, said)


def _describe(desk: Desk) -> Stop:
    spec = desk.specification_or_none()
    state, said = State.LATER, "Not begun"
    if spec is not None:
        open_ = len(spec.unanswered())
        leaving = sum(len(table.fields) for table in spec.tables)
        said = f"{leaving} columns would leave, {len(spec.not_supplied)} stay"
        state = State.DONE
        if open_:
            state, said = (
                State.BEGUN,
                f"{open_} {'question waits' if open_ == 1 else 'questions wait'} for you",
            )
    elif desk.workspace.specification.exists():
        state, said = State.AGAIN, "The specification cannot be read"
    what = "See what each column was taken for, and decide what leaves and why."
    return Stop("describe", "/describe/", "Describe your data", what, state, said)


def _check(desk: Desk) -> Stop:
    report = desk.check_report()
    state, said = State.LATER, "Not checked yet"
    if report:
        blocking = sum(each["severity"] == "block" for each in report["findings"])
        state = State.DONE if not report["blocks"] else State.AGAIN
        said = f"{report['people']:,} people are ready to go"
        if blocking:
            said = f"{blocking} {'thing' if blocking == 1 else 'things'} must be mended first"
        if not desk.check_is_fresh:
            state, said = State.AGAIN, "Something changed since the last check"
    return Stop("check", "/check/", "Check", "Find what is wrong before anybody else does.", state, said)


def _look(desk: Desk) -> Stop:
    spec = desk.specification_or_none()
    seen = bool(spec and desk.choices.looked == spec.digest and desk.check_is_fresh)
    return Stop("look", "/look/", "See what leaves", "What leaves and what stays, side by side, and why.",
                State.DONE if seen else State.LATER, "Seen" if seen else "Not looked at yet")  # fmt: skip


def _hand(desk: Desk) -> Stop:
    chosen = desk.choices
    state, said = State.LATER, "Nothing has left this computer"
    if chosen.receipt:
        state, said = State.DONE, "Sent, and the receipt is kept"
    elif chosen.sealed and (desk.workspace.sealed / chosen.sealed).exists():
        state, said = State.BEGUN, "Sealed, not sent yet"
    elif chosen.handed and (desk.workspace.handover / chosen.handed).exists():
        state, said = State.DONE, "Files to hand over are written"
    what = "Write the agreed files, or seal them so that only the receiver can open them."
    return Stop("hand", "/hand/", "Hand over, or seal and send", what, state, said)
