"""The readiness report as one self-contained page that reads well on paper, on a phone and aloud."""

from __future__ import annotations

from linkwell.documents.html import render_html
from linkwell.primer.answers import Answers
from linkwell.primer.papers import readiness_document
from linkwell.primer.questions import Questions


def render(answers: Answers, questions: Questions | None = None) -> str:
    """The report as HTML text; what the provider typed is escaped, and no script or outside file is used."""
    return render_html(readiness_document(answers, questions))
