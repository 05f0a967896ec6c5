"""The Data Sharing Primer's questions as data, and what the answers come to."""

from linkwell.primer.answers import Answers, load_answers, save_answers
from linkwell.primer.outlook import alone, expected
from linkwell.primer.questions import Answer, Labelled, Number, Question, Questions, load_questions
from linkwell.primer.readiness import Readiness, Ready, Step, readiness, with_implied
from linkwell.primer.wording import worded

__all__ = [
    "Answer",
    "Answers",
    "Labelled",
    "Number",
    "Question",
    "Questions",
    "Readiness",
    "Ready",
    "Step",
    "alone",
    "expected",
    "load_answers",
    "load_questions",
    "readiness",
    "save_answers",
    "with_implied",
    "worded",
]
