"""No page of the desk tells anybody to type a command."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from linkwell.checking.wording import rules
from linkwell.desk.words import at_the_desk
from linkwell.primer import load_questions

COMMAND = re.compile(
    r"linkwell [a-z]+|`linkwell|--[a-z]+|run the (same )?command|source_column|date_order|\.toml"
)
SOURCE = Path(__file__).parents[2] / "src" / "linkwell"


@pytest.mark.parametrize("code", sorted(rules()))
def test_advice_about_a_finding_names_a_page_and_not_a_command(code: str) -> None:
    for said in (rules()[code][part] for part in ("what", "why", "fix")):
        assert not COMMAND.search(at_the_desk(said)), said


def test_every_replaced_sentence_is_still_said_somewhere() -> None:
    rooms = ("checking", "reading", "specification", "supply", "vault", "primer", "ledger")
    texts = [path.read_text("utf-8") for room in rooms for path in (SOURCE / room).rglob("*.*")
             if path.suffix in {".py", ".toml"}] + [(SOURCE / "errors.py").read_text("utf-8")]  # fmt: skip
    everything = re.sub(r'"\s+f?"', "", "\n".join(texts)).replace('\\"', '"')
    data = tomllib.loads((files("linkwell.desk") / "words.toml").read_text("utf-8"))
    for entry in data["sentence"]:
        assert entry["said"] in everything, entry["said"]


def test_the_questions_speak_of_no_command() -> None:
    for question in (*load_questions().questions, *load_questions().further):
        for answer in question.answers:
            assert not COMMAND.search(answer.next_step + answer.comment)
