"""Every word of a coded column, what it means, and what that loses; nothing is guessed."""

from tests.checking.examples import AS_OF, PEOPLE, SPEC, clean, put
from tests.provider_files import laid_out, people

from linkwell.checking.check import check
from linkwell.checking.localwords import coded_fields, local_words, with_words
from linkwell.specification.draft import draft

PERSON = SPEC.table("person")


def values(spec) -> dict[str, str]:
    return dict(spec.table("person").field("gender").values)


def words(spec, **changed):
    tables = [laid_out(PEOPLE, people(**changed))]
    return {
        each.text: each for each in local_words(spec, PERSON, spec.table("person").field("gender"), tables)
    }


def test_words_are_counted_with_what_they_become_and_what_is_lost() -> None:
    found = words(SPEC, **put("gender", 0, "non-binary"))
    assert found["non-binary"].code == "3"
    assert "more exact" in found["non-binary"].loses
    assert sum(each.rows for each in found.values()) <= 10


def test_a_word_nobody_knows_comes_first_and_stays_open_until_somebody_says() -> None:
    found = words(SPEC, **put("gender", 0, "Gx"))
    assert next(iter(found)) == "Gx"
    assert not found["Gx"].understood
    spec = with_words(SPEC, "person", "gender", {"Gx": "1"})
    again = words(spec, **put("gender", 0, "Gx"))["Gx"]
    assert again.understood
    assert "nobody can tell it from the other words" in again.loses
    assert words(with_words(SPEC, "person", "gender", {"Gx": ""}), **put("gender", 0, "Gx"))["Gx"].loses


def test_a_word_that_usually_means_something_else_is_warned_about() -> None:
    spec = with_words(SPEC, "person", "gender", {"male": "2"})
    assert "it usually means “Male / Tāne”" in words(spec, **put("gender", 0, "male"))["male"].loses


def test_a_word_the_list_means_by_itself_needs_no_line() -> None:
    spec = with_words(SPEC, "person", "gender", {"Gx": "1"})
    assert values(with_words(spec, "person", "gender", {"Gx": "2", "female": "2"}))["Gx"] == "2"
    assert "female" not in values(with_words(SPEC, "person", "gender", {"female": "2"}))
    assert with_words(SPEC, "person", "nothing", {"a": "1"}) == SPEC


def test_every_coded_column_is_there() -> None:
    assert {field.name for _, field in coded_fields(SPEC)} >= {"gender", "ethnicity"}
    ethnicity = SPEC.table("enrolment").field("ethnicity")
    found = local_words(SPEC, SPEC.table("enrolment"), ethnicity, clean())
    assert all(";" not in each.text for each in found)


def programmes(*labels: str):
    return laid_out({**PEOPLE, "Programme": "programme"}, people(programme=[*labels, *["Other"] * 4]))


def initiatives(spec, table) -> list[str]:
    kept = check(spec, [table], as_of=AS_OF).table("enrolment")
    return [row[kept.columns.index("initiative")] for row in kept.rows][:6]


def test_an_own_label_in_several_spellings_is_one_in_its_best() -> None:
    """Else one programme would be told about as two, each with too few people."""
    told = programmes("whanau  support", "Whānau Support", "WHĀNAU SUPPORT", "Level 1", "Level 1+", "level 1")
    spec = draft([told], as_of=AS_OF).specification
    assert spec.initiatives == ("Level 1", "Level 1+", "Other", "Whānau Support")
    expected = [*["Whānau Support"] * 3, "Level 1", "Level 1+", "Level 1"]
    assert initiatives(spec, told) == expected
    later = programmes(
        "Whanau support", "whānau SUPPORT", "WHĀNAU SUPPORT ", "LEVEL 1", "Level  1+", "Level 1"
    )
    assert initiatives(spec, later) == expected
