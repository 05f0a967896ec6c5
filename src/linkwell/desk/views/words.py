"""The mapping assistant: what the words in coded columns mean, and what that loses."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from linkwell.checking.localwords import LocalWord, coded_fields, local_words, with_words
from linkwell.desk.desk import Desk
from linkwell.desk.guard import desk_of
from linkwell.desk.jobs import Job
from linkwell.desk.sources import read
from linkwell.desk.views.waiting import begin
from linkwell.specification.model import Field, Specification, TableSpec

MOST_WORDS = 120  # a column of more words than this is not a list of labels
KEEP_BACK = "?"  # nobody has said what it means: its cells stay behind


@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """Every coded column, and how many of its words are not understood."""
    desk = desk_of(request)
    spec = desk.specification()
    if request.method == "POST":

        def work(job: Job) -> None:
            read(desk, job)

        here = reverse("words")
        return begin(request, "Reading your files", work, begins=here, then=here)
    tables = desk.tables()
    columns = [
        {"table": table, "field": field, "words": words, "open": sum(not each.understood for each in words)}
        for table, field in (coded_fields(spec) if tables is not None else ())
        for words in [local_words(spec, table, field, tables or [])]
    ]
    return render(request, "desk/words.html", {"read": tables is not None, "columns": columns})


@require_http_methods(["GET", "POST"])
def column(request: HttpRequest, table: str, field: str) -> HttpResponse:
    """One column: each word with the code it becomes; every choice can be taken back under “Describe”."""
    desk = desk_of(request)
    spec = desk.specification()
    of, found = _find(spec, table, field)
    tables = desk.tables()
    if tables is None:
        return redirect("words")
    words = local_words(spec, of, found, tables)[:MOST_WORDS]
    if request.method == "POST":
        return _kept(request, desk, spec, of, found, words)
    codes = spec.code_list(found.codes)
    labels = codes.labels() if codes else {}
    return render(request, "desk/words_column.html", {
        "table": of, "field": found, "labels": labels, "keep_back": KEEP_BACK,
        "words": [(at, each, _several(each.code, labels)) for at, each in enumerate(words)],
        "losing": [each for each in words if each.loses],
    })  # fmt: skip


def _several(codes: str, labels: dict[str, str]) -> str:
    """What one cell with several answers is read as; "" for a single one."""
    return " and ".join(labels.get(code, code) for code in codes.split(";")) if ";" in codes else ""


def _find(spec: Specification, table: str, name: str) -> tuple[TableSpec, Field]:
    found = next((pair for pair in coded_fields(spec) if (pair[0].name, pair[1].name) == (table, name)), None)
    if found is None:
        raise Http404
    return found


def _kept(
    request: HttpRequest,
    desk: Desk,
    spec: Specification,
    of: TableSpec,
    field: Field,
    words: tuple[LocalWord, ...],
) -> HttpResponse:
    """Keep what was chosen for each word; a word no longer in the file is left as it is."""
    codes = spec.code_list(field.codes)
    allowed = {"", *(codes.labels() if codes else {})}
    known = {each.text: each for each in words}
    chosen = {}
    for at in range(MOST_WORDS):
        word, code = request.POST.get(f"word{at}"), request.POST.get(f"code{at}", KEEP_BACK)
        if word in known and code in allowed and (code != known[word].code or not known[word].understood):
            chosen[word] = code
    if chosen:
        desk.change(with_words(spec, of.name, field.name, chosen), f"what the words of “{field.label}” mean")
        count = len(chosen)
        desk.tell(f"{count} {'word means' if count == 1 else 'words mean'} something else now.")
        return redirect("words-column", of.name, field.name)
    return redirect("words")
