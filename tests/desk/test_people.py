"""People's choices at the desk: who has been told, who says no, and what nobody ever writes down."""

from datetime import date

import pytest
from tests.desk.conftest import Visitor

from linkwell.checking.notices import load_notices
from linkwell.checking.objections import load_objections
from linkwell.desk.desk import Desk

STATEMENT = {
    "version": "Version 3", "shown_from": "1/3/2024", "shown_to": "", "names_stats_nz": "yes",
    "channel": "the sign-up form",
}  # fmt: skip
BASIS = {
    "kind": "told_later", "started_from": "1 January 2024", "started_to": "29/2/2024",
    "how": "Letter of 1 August 2026",
}  # fmt: skip


def test_nobody_is_held_back_before_anything_is_said_and_the_pages_say_so(checked: Visitor) -> None:
    assert "Nothing is said yet" in checked.text("/people/")
    assert "who has been told" in checked.text("/check/")
    assert "who has been told" in checked.text("/hand/")
    assert "It does not ask for a signature" in checked.text("/people/told/")


def test_whoever_nobody_told_stays_out_until_something_stands_in(checked: Visitor, desk: Desk) -> None:
    checked.press("/people/told/statement/", **STATEMENT)
    (kept,) = load_notices(desk.workspace.notices).statements
    assert (kept.shown_from, kept.names_stats_nz) == (date(2024, 3, 1), True)
    page = checked.press("/people/told/").content.decode()
    assert "4 of 12 people have not been told" in page
    assert "5 February 2024 and 26 February 2024" in page
    assert not desk.check_is_fresh
    assert "8 people are ready to go" in checked.press("/check/").content.decode()
    checked.press("/people/told/basis/", **BASIS)
    assert "Everybody has been told" in checked.text("/people/told/")
    assert "12 people are ready to go" in checked.press("/check/").content.decode()


def test_what_was_counted_goes_into_the_specification_for_whoever_assesses_it(
    checked: Visitor, desk: Desk
) -> None:
    checked.press("/people/told/statement/", **STATEMENT)
    assert "Write these numbers into your specification" in checked.press("/people/told/").content.decode()
    checked.press("/people/told/change/", write="1")
    said = dict(desk.specification().notes)["told"]
    assert "12 people, 8 of them told by a statement that names Stats NZ." in said
    assert "4 stay out" in said
    assert "“Version 3” from 1 March 2024, the sign-up form." in said
    assert "These numbers stand in your specification" in checked.text("/people/told/")
    checked.press("/people/told/basis/", **BASIS)
    assert "Write these numbers into your specification" in checked.text("/people/told/")


def test_a_statement_can_be_changed_taken_off_and_had_back(checked: Visitor, desk: Desk) -> None:
    checked.press("/people/told/statement/", **STATEMENT)
    assert "1 March 2024" in checked.text("/people/told/statement/0/")
    checked.press("/people/told/statement/0/", **{**STATEMENT, "names_stats_nz": "no"})
    assert "does not count" in checked.text("/people/told/")
    checked.press("/people/told/change/", remove="statement 0")
    assert not desk.workspace.notices.exists(), "an empty file would be damage"
    checked.press("/people/told/change/", undo="1")
    assert "does not count" in checked.text("/people/told/")
    assert checked.get("/people/told/statement/7/").status_code == 404
    checked.press("/people/told/change/", remove="nonsense")
    assert desk.workspace.notices.exists()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"version": ""}, "Write what this version is called"),
        ({"shown_from": "31/2/2024"}, "Write a day such as 1 July 2024"),
        ({"shown_from": "sometime"}, "Write a day such as 1 July 2024"),
        ({"shown_to": "1 February 2024"}, "The last day is before the first"),
        ({"names_stats_nz": ""}, "Say whether it names Stats NZ"),
        ({"channel": " "}, "Write where people saw it"),
    ],
)
def test_what_is_missing_is_said_and_linked(changed: dict[str, str], says: str, visitor: Visitor) -> None:
    page = visitor.press("/people/told/statement/", **{**STATEMENT, **changed}).content.decode()
    assert says in page
    assert 'href="#id_' in page


def test_what_is_half_typed_is_there_tomorrow_and_can_be_thrown_away(visitor: Visitor, desk: Desk) -> None:
    half = {"version": "Version 4", "shown_from": "1 ju"}
    answer = visitor.post("/people/told/statement/", half, headers={"X-Linkwell-Autosave": "1"})
    assert answer.status_code == 204
    page = visitor.text("/people/told/statement/")
    assert "You typed this earlier" in page
    assert 'value="Version 4"' in page
    assert 'value="1 ju"' in page
    assert not desk.workspace.notices.exists()
    assert "Version 4" not in visitor.press("/people/told/statement/", forget="1").content.decode()
    assert "You typed this earlier" not in visitor.text("/people/told/statement/")


def test_somebody_who_says_no_is_left_out_and_written_down_nowhere(checked: Visitor, desk: Desk) -> None:
    page = checked.press("/people/no/", client_key="EX-001").content.decode()
    assert "left out from now on" in page
    kept = b"".join(each.read_bytes() for each in desk.workspace.path.rglob("*.*") if each.suffix != ".csv"
                    and each.suffix != ".xlsx" and each.is_file())  # fmt: skip
    assert b"EX-001" not in kept
    assert "11 people are ready to go" in checked.press("/check/").content.decode()
    assert "1 person in your files said no" in checked.text("/people/")
    slip = checked.press("/people/no/slip/", sent="yes").content.decode()
    assert "What cannot be undone" in slip
    assert "Aroha" not in slip
    assert "What cannot be undone" not in checked.press("/people/no/slip/", sent="no").content.decode()
    saved = checked.post("/people/no/slip/", {"sent": "no", "save": "1"})
    assert "attachment" in saved.headers["Content-Disposition"]


def test_a_number_that_no_row_has_may_be_mistyped_and_is_said(checked: Visitor, desk: Desk) -> None:
    page = checked.press("/people/no/", client_key="EX-O01").content.decode()
    assert "No row of your files has this number" in page
    checked.press("/people/no/undo/")
    page = checked.press("/people/no/", client_key=" EX-001 ").content.decode()
    assert "No row of your files has this number" not in page


def test_a_second_record_of_the_same_person_stays_out_too(checked: Visitor, desk: Desk) -> None:
    checked.press("/people/no/", client_key="EX-001")  # the checked file says who that is
    people = desk.choices.paths()[0]
    with people.open("a") as file:
        file.write("EX-099,Aroha,Example,14/03/1994,F,,Māori,Steady Steps,06/05/2024,,,\n")
    assert "11 people are ready to go" in checked.press("/check/").content.decode()


def test_the_wrong_person_is_taken_back_at_once_and_a_changed_mind_counts(
    checked: Visitor, desk: Desk
) -> None:
    checked.press("/people/no/", client_key="EX-001")
    assert "1 person is on the list" in checked.text("/people/")
    checked.press("/people/no/undo/")
    assert load_objections(desk.workspace.secrets).people == 0
    assert "Nobody is on the list" in checked.text("/people/")
    checked.press("/people/no/", client_key="EX-001")
    name = {"first_name": "Aroha", "last_name": "Example", "born": "14 March 1994"}
    assert (
        "Nobody is on the list under this"
        in checked.press("/people/no/off/", client_key="EX-002").content.decode()
    )
    checked.press("/people/no/off/", **name)
    assert load_objections(desk.workspace.secrets).people == 0
    assert "12 people are ready to go" in checked.press("/check/").content.decode()


def test_nobody_named_is_a_plain_error_and_nothing_typed_about_a_person_is_kept(
    visitor: Visitor, desk: Desk
) -> None:
    assert (
        "or first name, last name and date of birth"
        in visitor.press("/people/no/", first_name="Aroha").content.decode()
    )
    visitor.post("/people/no/", {"first_name": "Aroha"}, headers={"X-Linkwell-Autosave": "1"})
    assert not desk.workspace.drafts.exists()
    assert "data-autosave" not in visitor.text("/people/no/")
