"""The provider's road at the desk, page by page: choose, describe, check, look, hand over, clean up."""

from pathlib import Path
from threading import Event

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.desk.conftest import Visitor

from linkwell.checking.objections import add_objection
from linkwell.desk.desk import Desk
from linkwell.desk.road import State, road
from linkwell.desk.views.files import safe_name
from linkwell.specification.file import load

PEOPLE = (
    "Client number,First name,Surname,Date of birth,Gender,Start date\n"
    "K1,Aroha,Example,03/04/1994,F,05/02/2024\n"
    "K2,Ben,Sample,05/06/1987,M,06/02/2024\n"
    "K3,Chen,Model,07/08/2001,M,07/02/2024\n"
)
PAGES = ["/", "/about/", "/ready/", "/ready/organisation/", "/ready/report/", "/ready/papers/",
         "/ready/number/participants/", "/files/", "/files/look/", "/files/database/",
         "/files/give/", "/describe/", "/describe/start/", "/check/", "/look/", "/look/person/", "/hand/",
         "/people/", "/people/told/", "/people/told/statement/", "/people/told/basis/", "/people/no/",
         "/people/no/noted/", "/people/no/slip/", "/people/no/off/", "/totals/", "/check/outlook/",
         "/ready/statement/", "/ready/answers/", "/hand/over/", "/copies/", "/keys/",
         "/keys/restore/", "/close/", "/hand/custodian/"]  # fmt: skip


DETAILS = ["/describe/delivery/", "/describe/sensitive/", "/describe/not-held/", "/describe/words/",
           "/describe/words/person/gender/", "/describe/back/", "/describe/person/gender/"]  # fmt: skip


@pytest.fixture
def own_files(tmp_path: Path) -> Path:
    folder = tmp_path / "our files"
    folder.mkdir()
    (folder / "people.csv").write_text(PEOPLE)
    (folder / "letter.docx").write_text("not a table")
    (folder / "~$people.xlsx").write_text("a lock")
    return folder


def chosen(visitor: Visitor, folder: Path) -> None:
    visitor.press("/files/look/", typed="1", folder=str(folder))
    visitor.press("/files/look/", choose="1", file="0")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_something_useful_before_anything_is_done(page: str, visitor: Visitor) -> None:
    answer = visitor.get(page)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert text.count("<h1") == 1
    assert "linkwell describe" not in text
    assert "None" not in text


@pytest.mark.parametrize("page", [*PAGES, *DETAILS])
def test_every_page_works_on_a_walked_road(page: str, checked: Visitor) -> None:
    text = checked.text(page)
    assert text.count("<h1") == 1
    assert "linkwell " not in text.replace("linkwell/", "").replace("linkwell-workspace", "")


@pytest.mark.parametrize("page", ["/hand/send/", "/hand/receipt/", "/hand/cover/", "/hand/seal/",
                                  "/keys/public/", "/hand/over/arrived/", "/describe/back/changes/",
                                  "/describe/question/", "/check/marked/7/"])  # fmt: skip
def test_a_page_whose_time_has_not_come_leads_back_to_one_that_has(page: str, described: Visitor) -> None:
    assert described.get(page).status_code == 302


def test_files_chosen_from_a_folder_stay_where_they_are(
    visitor: Visitor, desk: Desk, own_files: Path
) -> None:
    page = visitor.press("/files/look/", typed="1", folder=str(own_files)).content.decode()
    assert "people.csv" in page
    assert "letter.docx" not in page
    assert "~$" not in page
    visitor.press("/files/look/", choose="1", file="0")
    assert desk.choices.files == (str(own_files / "people.csv"),)
    assert not list(desk.workspace.files.iterdir())
    visitor.press("/files/look/", choose="1", file="0")
    assert len(desk.choices.files) == 1


@pytest.mark.parametrize("note", ["~$people.csv", ".~lock.people.csv#"])
def test_a_file_open_in_another_program_is_said_to_be(note: str, visitor: Visitor, own_files: Path) -> None:
    chosen(visitor, own_files)
    assert "open in another program" not in visitor.text("/files/")
    (own_files / note).write_text("whose")
    visitor.press("/describe/start/", initiative="")
    for page in ("/files/", "/check/"):
        assert "open in another program" in visitor.text(page)


def test_a_file_taken_off_the_list_can_be_put_back_and_is_never_touched(
    visitor: Visitor, desk: Desk, own_files: Path
) -> None:
    chosen(visitor, own_files)
    visitor.press("/files/", remove="0")
    assert desk.choices.files == ()
    visitor.press("/files/", undo="1")
    assert desk.choices.files == (str(own_files / "people.csv"),)
    assert (own_files / "people.csv").read_text() == PEOPLE


@pytest.mark.parametrize("folder", ["/no/such/place", "\0", "   ", "x" * 900])
def test_a_folder_that_is_not_there_is_a_plain_error(folder: str, visitor: Visitor) -> None:
    page = visitor.press("/files/look/", typed="1", folder=folder).content.decode()
    assert "There is a problem" in page


def test_nothing_ticked_is_a_plain_error(visitor: Visitor, own_files: Path) -> None:
    visitor.press("/files/look/", typed="1", folder=str(own_files))
    assert "Tick at least one file" in visitor.press("/files/look/", choose="1").content.decode()
    assert "Tick at least one file" in visitor.press("/files/look/", choose="1", file="99").content.decode()


def test_a_file_given_to_the_page_is_copied_into_the_desks_folder_only(visitor: Visitor, desk: Desk) -> None:
    visitor.press("/files/give/", files=[SimpleUploadedFile("../../people.csv", PEOPLE.encode())])
    (path,) = desk.choices.paths()
    assert path == desk.workspace.files / "people.csv"
    assert path.read_text() == PEOPLE
    assert path.stat().st_mode & 0o077 == 0
    assert [each.name for each in desk.workspace.files.iterdir()] == ["people.csv"]
    assert "Choose at least one file" in visitor.press("/files/give/").content.decode()


@pytest.mark.parametrize(
    ("given", "kept"),
    [("..\\..\\a.csv", "a.csv"), ("C:\\x\\b.xlsx", "b.xlsx"), ("con.csv", "_con.csv"), ("NUL", "_NUL"),
     ("a:b?.csv", "a_b_.csv"), ("  .. ", "file"), ("Whānau.xlsx", "Whānau.xlsx")],
)  # fmt: skip
def test_a_name_is_only_a_name_on_every_system(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_an_uncertain_date_order_is_asked_and_the_answer_kept(
    visitor: Visitor, desk: Desk, own_files: Path
) -> None:
    chosen(visitor, own_files)
    page = visitor.press("/describe/start/", initiative="Steady Steps").content.decode()
    assert "questions wait for you" in page
    asked = desk.specification().unanswered()
    page = visitor.press("/describe/question/", id="old one", answer="dmy").content.decode()
    assert len(desk.specification().unanswered()) == len(asked)
    assert (
        "Choose one of"
        in visitor.press("/describe/question/", id=f"{asked[0].id} {asked[0].about}").content.decode()
    )
    for question in asked:
        visitor.press("/describe/question/", id=f"{question.id} {question.about}", answer="dmy")
    assert desk.specification().unanswered() == ()
    visitor.press("/describe/undo/")
    assert len(desk.specification().unanswered()) == 1


def test_left_out_put_back_and_taken_back(described: Visitor, desk: Desk) -> None:
    before = desk.specification()
    described.press("/describe/person/nhi/", leave_out="1")
    spec = desk.specification()
    assert spec.table("person").field("nhi") is None
    at = next(number for number, left in enumerate(spec.not_supplied) if left.column == "NHI")
    described.press(f"/describe/stays/{at}/", back="1")
    assert desk.specification().digest == before.digest
    described.press("/describe/undo/")
    assert desk.specification().digest == spec.digest
    described.press("/describe/undo/")
    assert desk.specification().digest == before.digest
    assert desk.last_change() == ""


def test_your_own_number_cannot_be_left_out_for_it_holds_the_files_together(
    described: Visitor, desk: Desk
) -> None:
    described.press("/describe/person/client_key/", leave_out="1")
    assert desk.specification().table("person").field("client_key")


def test_words_of_a_column_change_and_a_purpose_cannot_be_taken_away(described: Visitor, desk: Desk) -> None:
    described.press(
        "/describe/person/gender/", save="1", label="Gender", purpose="Finds the person.", meaning=""
    )
    assert desk.specification().table("person").field("gender").purpose == "Finds the person."
    page = described.press(
        "/describe/person/gender/", save="1", label="Gender", purpose=" ", meaning=""
    ).content.decode()
    assert "Write why this column is needed" in page
    assert described.get("/describe/person/nothing/").status_code == 404


def test_a_column_nobody_recognised_can_be_named(visitor: Visitor, desk: Desk, own_files: Path) -> None:
    text = PEOPLE.replace("Start date", "Kaimahi field").replace("05/02/2024", "25/02/2024")
    (own_files / "people.csv").write_text(text)
    chosen(visitor, own_files)
    visitor.press("/describe/start/")
    spec = desk.specification()
    for question in spec.unanswered():
        answer = "leave out" if "leave out" in question.options else "dmy"
        visitor.press("/describe/question/", id=f"{question.id} {question.about}", answer=answer)
    spec = desk.specification()
    at = next(number for number, left in enumerate(spec.not_supplied) if left.column == "Kaimahi field")
    assert "Choose what this column is" in visitor.press(f"/describe/stays/{at}/").content.decode()
    visitor.press(f"/describe/stays/{at}/", **{"as": "enrolment.start_date"})
    field = desk.specification().table("enrolment").field("start_date")
    assert (field.source_column, field.date_order) == ("Kaimahi field", "dmy")


def test_the_check_says_what_where_why_and_what_to_do(checked: Visitor, desk: Desk) -> None:
    page = checked.text("/check/")
    for words in (
        "12 people are ready to go",
        "“NHI”",
        "Row 12",
        "Why it matters",
        "What to do",
        "mended only where",
    ):
        assert words in page
    for name in ("Aroha", "Tāwhai", "ZAA0131"):
        assert name not in page
    marked = checked.get("/check/marked/0/")
    assert b"".join(marked.streaming_content)[:2] == b"PK"
    assert "attachment" in marked.headers["Content-Disposition"]
    assert b"12 people" in b"".join(checked.get("/check/report/").streaming_content)


def test_a_changed_file_makes_the_check_old(checked: Visitor, desk: Desk) -> None:
    assert desk.check_is_fresh
    with desk.choices.paths()[0].open("a") as file:
        file.write("EX-013,Moana,Example,01/01/1990,F,,Māori,Steady Steps,06/05/2024,,,\n")
    assert not desk.check_is_fresh
    assert "Something changed since this check" in checked.text("/check/")
    assert "13 people are ready" in checked.press("/check/").content.decode()


def test_what_changed_after_the_check_is_checked_and_said_before_it_is_handed_over(
    checked: Visitor, desk: Desk
) -> None:
    with desk.choices.paths()[0].open("a") as file:
        file.write("EX-013,Moana,Example,01/01/1990,F,,Māori,Steady Steps,06/05/2024,,,\n")
    assert "Something changed since the last check" in checked.text("/hand/over/")
    page = checked.press("/hand/over/").content.decode()
    assert "everything was checked again: 13 people go" in page
    assert desk.check_is_fresh
    assert "13 people are ready" in checked.text("/check/")


def test_somebody_who_objects_stays_out_of_whatever_the_desk_sends(checked: Visitor, desk: Desk) -> None:
    first = desk.choices.paths()[0].read_text("utf-8").splitlines()[1].split(",")[0]
    add_objection(desk.workspace.secrets, {"client_key": first})
    assert not desk.check_is_fresh, "a list that grew makes the check old, in memory too"
    assert "11 people are ready" in checked.press("/check/").content.decode()


def test_after_a_restart_everything_is_where_it_was(checked: Visitor, desk: Desk) -> None:
    checked.press("/look/")
    before = [(stop.state, stop.said) for stop in road(desk)]
    desk.forget_people()  # what a restart does to memory
    assert [(stop.state, stop.said) for stop in road(desk)] == before
    assert "12 people are ready" in checked.text("/check/")
    assert "reads your files again" in checked.text("/look/")
    assert "What leaves and what stays" in checked.press("/look/").content.decode()


def test_side_by_side_and_one_invented_person(checked: Visitor) -> None:
    page = checked.text("/look/")
    assert "Free text" in page
    assert "Phone" in page
    person = checked.text("/look/person/")
    assert "This person is invented" in person
    assert "Notes" in person
    assert "EX-001" not in person


def test_one_real_person_who_asks_sees_all_that_leaves_about_them(checked: Visitor) -> None:
    page = checked.press("/look/person/", number=" EX-001 ").content.decode()
    assert "Aroha" in page
    assert "021 000 0001" not in page
    assert "EX-001" not in page
    assert (
        "Nothing about this person would leave"
        in checked.press("/look/person/", number="X9").content.decode()
    )
    assert "Write your own number" in checked.press("/look/person/", number="").content.decode()


def test_files_to_hand_over_are_written_once_and_whole(checked: Visitor, desk: Desk) -> None:
    page = checked.press("/hand/over/").content.decode()
    assert "not encrypted" in page
    folder = desk.workspace.handover / desk.choices.handed
    first = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {
        "identity.csv",
        "enrolment.csv",
        "interaction.csv",
        "cover-sheet.txt",
        "control-totals.csv",
    } <= set(first)
    checked.press("/hand/over/")
    assert {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == first
    assert len(list(desk.workspace.handover.iterdir())) == 1
    assert "From: " in checked.text("/hand/cover/")
    assert b"0210000001" not in b"".join(first.values()).replace(b" ", b"")
    assert road(desk)[-1].state is State.DONE


def test_nothing_can_be_handed_over_before_it_is_mended(
    visitor: Visitor, desk: Desk, own_files: Path
) -> None:
    chosen(visitor, own_files)
    visitor.press("/describe/start/")
    page = visitor.press("/check/").content.decode()
    assert "to mend before anything can leave" in page
    assert "linkwell describe" not in page
    assert "must be mended" in visitor.text("/hand/")
    assert "That did not work" in visitor.press("/hand/over/").content.decode()
    assert desk.choices.handed == ""
    assert not desk.workspace.handover.exists()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.csv", b"", "The file is empty"),
        ("photo.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(300), "not a spreadsheet"),
        ("cut.xlsx", b"PK\x03\x04" + bytes(200), "damaged"),
        ("report.csv", b"Region,Total\nNorth,4\nSouth,9\n", "None of these files lists people"),
    ],
)
def test_a_wrong_file_is_explained_and_the_road_goes_on(
    name: str, data: bytes, says: str, visitor: Visitor
) -> None:
    visitor.press("/files/give/", files=[SimpleUploadedFile(name, data or b"\n")])
    page = visitor.press("/describe/start/").content.decode()
    if data:
        assert says in page
    assert "That did not work" in page
    assert "What to do:" in page
    assert visitor.text("/")


def test_a_file_that_went_away_is_named(checked: Visitor, desk: Desk) -> None:
    desk.choices.paths()[0].unlink()
    assert "cannot be found" in checked.text("/")
    assert "not there any more" in checked.text("/files/")
    page = checked.press("/check/").content.decode()
    assert "There is no such file" in page
    assert "run the command" not in page


def test_a_specification_broken_by_hand_is_explained(checked: Visitor, desk: Desk) -> None:
    desk.workspace.specification.write_text("title = ")
    assert "cannot be read" in checked.text("/")
    answer = checked.get("/describe/")
    assert answer.status_code == 409
    assert "What to do" in answer.content.decode()
    assert checked.get("/check/").status_code == 200


def test_pressed_twice_is_done_once(visitor: Visitor, desk: Desk) -> None:
    gate, runs = Event(), []

    def work(job: object) -> None:
        runs.append(1)
        gate.wait(10)

    first = desk.jobs.start("Checking your files", work, begins="/check/", then="/check/")
    assert desk.jobs.start("Checking your files", work, begins="/check/", then="/check/") is first
    page = visitor.get("/working/")
    assert page.headers["Refresh"].startswith("1;")
    assert "Refresh" not in visitor.get("/working/?still").headers
    assert "moves on by itself" in page.content.decode()
    gate.set()
    first.wait(10)
    assert runs == [1]


def test_one_step_at_a_time(checked: Visitor, desk: Desk) -> None:
    gate = Event()
    job = desk.jobs.start("Sending", lambda job: gate.wait(10), begins="/", then="/")
    answer = checked.post("/check/")
    assert answer.status_code == 503
    assert "still busy: sending" in answer.content.decode()
    checked.press("/copies/delete/", which="personal", sure="yes")
    assert list(desk.workspace.files.iterdir())
    gate.set()
    job.wait(10)


def test_a_fault_of_ours_tells_nothing_of_anybody(
    visitor: Visitor, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("Aroha Example 14/03/1994")

    monkeypatch.setattr("linkwell.desk.views.home.road", broken)
    answer = visitor.get("/")
    assert answer.status_code == 500
    page = answer.content.decode()
    assert "our fault" in page
    assert "Aroha" not in page
    assert "ValueError at" in page


def test_copies_are_listed_and_deleted_and_own_files_never(
    visitor: Visitor, desk: Desk, own_files: Path
) -> None:
    visitor.press("/practise/")
    visitor.press("/files/look/", typed="1", folder=str(own_files))
    visitor.press("/describe/start/")
    visitor.press("/check/")
    visitor.press("/hand/over/")
    (desk.workspace.files / ".upload.part").write_text("left over")
    page = visitor.text("/copies/")
    for name in ("example-participants.csv", "-marked.xlsx", "handover-", "interrupted"):
        assert name in page
    sure = visitor.press("/copies/delete/", which="personal").content.decode()
    assert "cannot be undone" in sure
    assert (desk.workspace.files / "example-participants.csv").exists()
    visitor.press("/copies/delete/", which="personal", sure="yes")
    assert not list(desk.workspace.files.iterdir())
    assert not list(desk.workspace.handover.iterdir())
    assert not list(desk.workspace.checked.glob("*.xlsx"))
    assert desk.workspace.specification.exists()
    assert (own_files / "people.csv").read_text() == PEOPLE
    assert desk.choices.files == ()
    assert (
        "nothing to delete" in visitor.press("/copies/delete/", which="made up", sure="yes").content.decode()
    )


def test_the_specification_is_the_commands_own(described: Visitor, desk: Desk) -> None:
    saved = b"".join(described.get("/describe/save/toml/").streaming_content)
    path = desk.workspace.path / "again.toml"
    path.write_bytes(saved)
    assert load(path).digest == desk.specification().digest
    for kind, begins in (("xlsx", b"PK"), ("html", b"<!")):
        assert b"".join(described.get(f"/describe/save/{kind}/").streaming_content).startswith(begins)
    assert described.get("/describe/save/exe/").status_code == 404
