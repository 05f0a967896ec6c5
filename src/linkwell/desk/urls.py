"""Every address of the desk; none holds anything about a person, or a path (only `open/` holds a key)."""

from __future__ import annotations

from django.urls import path

from linkwell.desk.views import check, copies, describe, entry, files, hand, home, keys, look, ready, waiting

urlpatterns = [
    path("open/", entry.open_desk, name="open"),
    path("knock/", entry.knock, name="knock"),
    path("static/<path:name>", entry.static_file, name="static"),
    path("close/", entry.close_desk, name="close"),
    path("", home.home, name="home"),
    path("about/", home.about, name="about"),
    path("practise/", home.practise, name="practise"),
    path("ready/", ready.overview, name="ready"),
    path("ready/organisation/", ready.organisation, name="ready-organisation"),
    path("ready/report/", ready.report, name="ready-report"),
    path("ready/report/save/", ready.save_report, name="ready-report-save"),
    path("ready/papers/", ready.papers, name="ready-papers"),
    path("ready/papers/<int:number>/", ready.paper, name="ready-paper"),
    path("ready/number/<slug:number_id>/", ready.number, name="ready-number"),
    path("ready/<slug:question_id>/", ready.question, name="ready-question"),
    path("ready/<slug:question_id>/answer/", ready.answered, name="ready-answered"),
    path("files/", files.chosen, name="files"),
    path("files/look/", files.browse, name="files-browse"),
    path("files/give/", files.give, name="files-give"),
    path("describe/", describe.overview, name="describe"),
    path("describe/start/", describe.start, name="describe-start"),
    path("describe/undo/", describe.undo, name="describe-undo"),
    path("describe/question/", describe.question, name="describe-question"),
    path("describe/save/<slug:kind>/", describe.save_specification, name="describe-save"),
    path("describe/stays/<int:number>/", describe.stays, name="describe-stays"),
    path("describe/<slug:table>/<slug:field>/", describe.column, name="describe-column"),
    path("check/", check.overview, name="check"),
    path("check/report/", check.report, name="check-report"),
    path("check/marked/<int:number>/", check.marked, name="check-marked"),
    path("look/", look.overview, name="look"),
    path("look/person/", look.person, name="look-person"),
    path("hand/", hand.choose, name="hand"),
    path("hand/over/", hand.over, name="hand-over"),
    path("hand/cover/", hand.cover, name="hand-cover"),
    path("hand/custodian/", hand.custodian, name="hand-custodian"),
    path("hand/seal/", hand.seal, name="hand-seal"),
    path("hand/send/", hand.send, name="hand-send"),
    path("hand/receipt/", hand.receipt, name="hand-receipt"),
    path("hand/receipt/save/", hand.save_receipt, name="hand-receipt-save"),
    path("copies/", copies.overview, name="copies"),
    path("copies/delete/", copies.delete, name="copies-delete"),
    path("keys/", keys.overview, name="keys"),
    path("keys/sheet/", keys.sheet, name="keys-sheet"),
    path("keys/restore/", keys.restore, name="keys-restore"),
    path("keys/public/", keys.public_key, name="keys-public"),
    path("working/", waiting.working, name="working"),
]

handler400 = "linkwell.desk.guard.bad_request"
handler404 = "linkwell.desk.guard.not_found"
