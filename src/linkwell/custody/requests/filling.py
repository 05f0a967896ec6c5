"""A team's part: beginning a request, putting files in with their context, submitting it, taking it back."""

from __future__ import annotations

import hashlib
import re

from django.db import transaction
from django.utils import timezone

from linkwell.custody.agreements.notices import custodian, tell
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import check
from linkwell.custody.projects.access import refuse_closed
from linkwell.custody.projects.models import Project
from linkwell.custody.projects.seeing import writes
from linkwell.custody.refreshes.actions import latest_ready
from linkwell.custody.requests.contents import content_path, whose
from linkwell.custody.requests.models import OutputRequest, RequestFile
from linkwell.custody.requests.permissions import ASK_OUTPUT
from linkwell.custody.requests.states import REQUEST
from linkwell.custody.requests.votes import both_looked
from linkwell.errors import BlockingFindings, WrongUse
from linkwell.vault.zones import write_whole

ROLES = ("leaves", "evidence", "script")
MOST_FILES, MOST_BYTES = 40, 10 << 20
_NAME = re.compile(r"[\w()āēīōūĀĒĪŌŪ][\w .()\-āēīōūĀĒĪŌŪ]{0,110}\.\w{1,8}")


def locked(request: OutputRequest) -> OutputRequest:
    """The row of a request, locked until the transaction ends."""
    rows = OutputRequest.objects.select_for_update(of=("self",)).select_related(
        "project__organisation", "about"
    )
    return rows.get(pk=request.pk)


def begin_request(*, by: Person, project: Project, title: str) -> OutputRequest:
    """Begin a request on the data update the project works on.

    Raises:
        NotAllowed: `by` is not in its team. RefusedByRule: access to the project is closed.
        WrongUse: no title, or no data update to have been made from.
    """
    check(by, ASK_OUTPUT, named=writes(project, by))
    refuse_closed(project, by)
    refresh = project.refresh_on() or latest_ready()
    if not title.strip() or refresh is None:
        raise WrongUse("A request has a name and a data update it was made from.", fix="Give it a name.")
    with transaction.atomic():
        Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
        made = OutputRequest.objects.create(
            reference=f"{project.code}-r{project.output_requests.count() + 1}", project=project,
            title=title.strip(), data_version=refresh.label, author=by.username,
            state=REQUEST.after("begin", None),
        )  # fmt: skip
        record("request.begun", by=by, subject=made.subject, about=whose(made))
    return made


def add_file(
    *, by: Person, request: OutputRequest, name: str, content: bytes, role: str, group: str,
    context: str = "", controls: str = "", exception: str = "",
) -> RequestFile:  # fmt: skip
    """Put a file in, or another content under the name of one that is there.

    Args:
        role: "leaves", "evidence" (RAW: stays) or "script" (what made it: stays).
        group: files that share one context. context: what they show and of whom. controls: what was done
            to make them safe. exception: why a rule may be broken; needed where the check says no.

    Raises:
        NotAllowed: `by` is not in the team. WrongState: it is not being written.
        WrongUse: name, size, number or role are not possible.
    """
    check(by, ASK_OUTPUT, named=writes(request.project, by))
    if role not in ROLES or not _NAME.fullmatch(name) or not group.strip():
        raise WrongUse("A file has a plain name with an ending, a part to play and a group.", where=name[:60],
                       fix="Use letters, digits, blanks and - _ . only.")  # fmt: skip
    if not content or len(content) > MOST_BYTES:
        raise WrongUse(
            "The file is empty or larger than 10 MB.", where=name, fix="An output is a small table."
        )
    digest = hashlib.sha384(content).hexdigest()
    with transaction.atomic():
        row = locked(request)
        row.state = REQUEST.after("fill", row.state)
        if row.files.exclude(name=name).count() >= MOST_FILES:
            raise WrongUse(f"A request has {MOST_FILES} files at most.", fix="Begin another request.")
        path = content_path(row, digest)
        if not path.exists():
            write_whole(path, content)
        facts = {"role": role, "group": group.strip(), "digest": digest, "size": len(content)}
        file, _ = RequestFile.objects.update_or_create(request=row, name=name, defaults=facts)
        told = {"context": context, "controls": controls, "exception": exception}
        before = row.groups.get(group.strip(), {})
        row.groups[group.strip()] = {key: text.strip() or before.get(key, "") for key, text in told.items()}
        row.checked = {}
        row.save()
        record(
            "request.file put in", by=by, subject=row.subject, about=whose(row), details={"digest": digest}
        )
    return file


def take_out_file(*, by: Person, request: OutputRequest, name: str) -> OutputRequest:
    """Take a file out again; its content stays where it is, under its fingerprint."""
    check(by, ASK_OUTPUT, named=writes(request.project, by))
    with transaction.atomic():
        row = locked(request)
        row.state = REQUEST.after("fill", row.state)
        gone, _ = row.files.filter(name=name).delete()
        if not gone:
            raise WrongUse("There is no such file in this request.", fix="Look at its list of files.")
        row.checked = {}
        row.save()
        record("request.file taken out", by=by, subject=row.subject, about=whose(row))
    return row


def submit(*, by: Person, request: OutputRequest) -> OutputRequest:
    """Have every file checked by machine and put the request before two checkers.

    Raises:
        NotAllowed: `by` is not in the team. RefusedByRule: access to the project is closed.
        WrongState: it is not being written. WrongUse: nothing is to leave, no script, or no context.
        BlockingFindings: a file must not leave as it is and its group asks for no exception.
    """
    from linkwell.custody.requests.checking import check_request

    check(by, ASK_OUTPUT, named=writes(request.project, by))
    refuse_closed(request.project, by)
    request = OutputRequest.objects.select_related("project__organisation").get(pk=request.pk)
    REQUEST.after("submit", request.state)
    _whole(request)
    files = dict(request.files.values_list("name", "digest"))
    checked = check_request(request)  # reads the files: outside any transaction
    blocking = _without_exception(request, checked)
    with transaction.atomic():
        row = locked(request)
        if dict(row.files.values_list("name", "digest")) != files:
            raise WrongUse("A file was changed while it was being checked.", fix="Submit it again.")
        row.checked = checked
        if not blocking:
            row.state = REQUEST.after("submit", row.state)
            row.author, row.reasons, row.submitted_at = by.username, "", timezone.now()
            record("request.submitted", by=by, subject=row.subject, about=whose(row),
                   details={"verdict": checked["verdict"], "record": checked["digest"]})  # fmt: skip
            tell(
                None,
                "request_submitted",
                custodian(),
                about=f"{row.reference}#{row.submitted_at.isoformat()}",
            )
            if both_looked(row):  # after a change of words alone every vote still stands
                move_together(row)
        row.save()
    if blocking:
        raise BlockingFindings(
            "The check says that this must not leave as it is.", where=", ".join(blocking),
            why="Its page names every cell.",
            fix="Change the files, or write in their group why an exception is asked for.",
        )  # fmt: skip
    return row


def move_together(row: OutputRequest) -> None:
    """Both have looked: they see each other's words now. Called on a locked row that the caller saves."""
    row.state = REQUEST.after("both looked", row.state)
    record("request.both looked", by=SYSTEM, subject=row.subject, about=whose(row))


def withdraw_request(*, by: Person, request: OutputRequest) -> OutputRequest:
    """Take a request back before anything left."""
    check(by, ASK_OUTPUT, named=writes(request.project, by))
    with transaction.atomic():
        row = locked(request)
        row.state = REQUEST.after("withdraw", row.state)
        row.save(update_fields=["state"])
        record("request.withdrawn", by=by, subject=row.subject, about=whose(row))
    return row


def _whole(request: OutputRequest) -> None:
    roles = set(request.files.values_list("role", flat=True))
    if "leaves" not in roles:
        raise WrongUse("Nothing in this request is to leave.", fix="Put the files in.")
    if "script" not in roles:
        raise WrongUse("The script that made the files is missing.", why="Checkers read how they were made.",
                       fix="Put it in as a script; it does not leave.")  # fmt: skip
    for group in request.files.filter(role="leaves").values_list("group", flat=True).distinct():
        told = request.groups.get(group, {})
        if not told.get("context") or not told.get("controls"):
            raise WrongUse(f"The group “{group}” has no context, or does not say what made it safe.",
                           fix="Put one of its files in again with both.")  # fmt: skip


def _without_exception(request: OutputRequest, checked: dict[str, object]) -> list[str]:
    """The leaving files that fail and whose group asks for no exception."""
    verdicts = {str(each["name"]): each["verdict"] for each in checked["files"]}
    return [
        file.name for file in request.files.filter(role="leaves")
        if verdicts.get(file.name) == "fail" and not request.groups.get(file.group, {}).get("exception")
    ]  # fmt: skip
