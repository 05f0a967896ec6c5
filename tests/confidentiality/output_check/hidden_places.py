"""Every place of a workbook where something can lie that no page shows, each with something in it.

Written down from the file format (ECMA-376 and Microsoft's extensions), place by place, before the check was
asked; `t.xlsx` has one harmless table on the sheet Table.
"""

# The parts of the format are long lines.
# ruff: noqa: E501

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.confidentiality.output_check.made_up import Case, rewrite
from tests.confidentiality.output_check.met_later import book

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_SHEET, _BOOK, _STYLES = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"
_REL = '<Relationship Id="{id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{to}"/>'


def changed(
    part: str, old: str, new: str, extra: dict[str, str] | None = None, then: Any = None
) -> Callable[[Path], None]:
    """The workbook with words of one part replaced, and parts added."""

    def write(folder: Path) -> None:
        book(then)(folder)
        rewrite(folder / "t.xlsx", extra or {}, {part: (old, new)} if part else {})

    return write


def after(old: str, added: str, extra: dict[str, str] | None = None) -> Callable[[Path], None]:
    """Something put into the sheet behind one of its elements."""
    return changed(_SHEET, old, old + added, extra)


def related(kind: str, target: str, text: str, more: str = "") -> dict[str, str]:
    """A part of the sheet, and the relationship to it."""
    rel = _REL.format(id="rId90", kind=kind, to=f"/{target}")
    rels = f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rel}{more}</Relationships>'
    return {"xl/worksheets/_rels/sheet1.xml.rels": rels, target: f'<?xml version="1.0"?>{text}'}


def hidden(
    name: str,
    write: Callable[[Path], None],
    rules: str,
    cells: str = "",
    *,
    verdict: str = "fail",
    sheet: str = "Table",
) -> Case:
    where = {("t.xlsx", sheet): tuple(cells.split())} if cells else None
    return Case(name, write, verdict, tuple(rules.split()), where)


def validation(**how: Any) -> Callable[[Path], None]:
    return book(lambda book, sheet: sheet.data_validation("D2", how))


def filtered(book: Any, sheet: Any) -> None:
    sheet.autofilter("A1:B4")
    sheet.filter_column_list("A", ["Northland", "Hemi Example"])


def filtered_whole(book: Any, sheet: Any) -> None:
    sheet.autofilter("A1:B4")
    sheet.filter_column_list("A", ["Northland", "Auckland", "Otago"])


def bars_alone(book: Any, sheet: Any) -> None:
    sheet.conditional_format("B2:B4", {"type": "data_bar", "bar_only": True, "data_bar_2010": True})


def chart(**series: Any) -> Callable[[Any, Any], None]:
    def draw(book: Any, sheet: Any) -> None:
        made = book.add_chart({"type": "column"})
        made.add_series(
            {
                "categories": "=Table!$A$2:$A$4",
                "values": "=Table!$B$2:$B$4",
                "values_data": [30, 45, 12],
                **series,
            }
        )
        sheet.insert_chart("F3", made, {"description": series.pop("said", "")})

    return draw


def merged_over(folder: Path) -> None:
    """A number under a merged cell."""
    book(lambda book, sheet: (sheet.merge_range("D1:E2", "Notes"), sheet.write(1, 4, 17)))(folder)


def archive_comment(folder: Path) -> None:
    book()(folder)
    with zipfile.ZipFile(folder / "t.xlsx", "a") as archive:
        archive.comment = b"Hemi Example, 17 visits"


def two_of_one_name(folder: Path) -> None:
    book()(folder)
    with zipfile.ZipFile(folder / "t.xlsx", "a") as archive:
        data = archive.read(_SHEET)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            archive.writestr(_SHEET, data)


def left_behind(folder: Path) -> None:
    """Bytes behind the end of the archive."""
    book()(folder)
    with (folder / "t.xlsx").open("ab") as file:
        file.write(b"Hemi Example;17\n" * 4)


_LIST_X14 = (
    '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
    '<x14:dataValidations xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" count="1"><x14:dataValidation type="list">'
    '<x14:formula1><xm:f>"Hemi Example,Ana Example"</xm:f></x14:formula1><xm:sqref>D3</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>'
)
_VML = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shape type="#t">'
    "<v:textbox><div>Hemi Example, 17 visits</div></v:textbox></v:shape></xml>"
)
_DRAWN = (
    '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    "<xdr:twoCellAnchor><xdr:from><xdr:col>3</xdr:col><xdr:row>2</xdr:row></xdr:from><xdr:to><xdr:col>4</xdr:col><xdr:row>4</xdr:row></xdr:to>"
    '<xdr:sp><xdr:nvSpPr><xdr:cNvPr id="2" name="Shape 1" descr="{alt}"/></xdr:nvSpPr></xdr:sp></xdr:twoCellAnchor></xdr:wsDr>'
)
_SMART = '<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:t>Hemi Example</a:t></dgm:dataModel>'
_CHART_EX = (
    '<cx:chartSpace xmlns:cx="http://schemas.microsoft.com/office/drawing/2014/chartex"><cx:chartData><cx:data id="0"><cx:numDim type="val">'
    '<cx:f>Table!$B$2:$B$4</cx:f><cx:lvl ptCount="2"><cx:pt idx="0">17</cx:pt><cx:pt idx="1">4</cx:pt></cx:lvl></cx:numDim></cx:data></cx:chartData></cx:chartSpace>'
)
_EX_DRAWN = (
    '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"><xdr:twoCellAnchor><xdr:from><xdr:col>5</xdr:col><xdr:row>2</xdr:row></xdr:from>'
    '<cx:chart xmlns:cx="http://schemas.microsoft.com/office/drawing/2014/chartex" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1"/></xdr:twoCellAnchor></xdr:wsDr>'
)
_LABELS = (
    '<c:extLst><c:ext xmlns:c15="http://schemas.microsoft.com/office/drawing/2012/chart"><c15:datalabelsRange><c15:f>Table!$D$2:$D$4</c15:f>'
    '<c15:dlblRangeCache><c:pt idx="0"><c:v>Hemi Example</c:v></c:pt></c15:dlblRangeCache></c15:datalabelsRange></c:ext></c:extLst></c:ser>'
)
_FILTERED = (
    '<c:ext xmlns:c15="http://schemas.microsoft.com/office/drawing/2012/chart"><c15:filteredBarSeries><c15:ser><c:val><c:numRef>'
    "<c:extLst><c:ext><c15:formulaRef><c15:sqref>Table!$D$2:$D$4</c15:sqref></c15:formulaRef></c:ext></c:extLst>"
    '<c:numCache><c:pt idx="0"><c:v>17</c:v></c:pt></c:numCache></c:numRef></c:val></c15:ser></c15:filteredBarSeries></c:ext>'
)
_RELS_HEAD = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
_EX_PARTS = {
    **related("drawing", "xl/drawings/drawing1.xml", _EX_DRAWN),
    "xl/drawings/_rels/drawing1.xml.rels": _RELS_HEAD
    + _REL.format(id="rId1", kind="chartEx", to="/xl/charts/chartEx1.xml")
    + "</Relationships>",
    "xl/charts/chartEx1.xml": _CHART_EX,
}
_TABLE = '<table {main} id="1" name="T" displayName="T" ref="A1:B4" comment="{said}"><autoFilter ref="A1:B4">{filter}</autoFilter><tableColumns count="2"><tableColumn id="1" name="Region"/><tableColumn id="2" name="People"/></tableColumns></table>'
_FILTER = '<filterColumn colId="0"><filters><filter val="Hemi Example"/></filters></filterColumn>'

HIDDEN = (
    hidden("names in a list of allowed values", validation(validate="list", source=["Hemi Example", "Ana Example"]),
           "hidden_words", "D2"),
    hidden("names in a newer list of allowed values", after("</sheetData>", _LIST_X14), "hidden_words", "D3"),
    hidden("numbers in a list of allowed values", validation(validate="list", source=["17", "4"]), "hidden_words", "D2"),
    hidden("a message beside a cell", validation(validate="any", input_title="Note", input_message="Hemi Example was here"),
           "hidden_words", "D2"),
    hidden("a message for wrong values", validation(validate="integer", criteria=">", value=3, error_message="Ask Hemi Example"),
           "hidden_words", "D2"),
    hidden("a limit in a validation", validation(validate="integer", criteria="=", value=1247), "hidden_words", "D2"),
    hidden("the words of a formatting rule", book(lambda book, sheet: sheet.conditional_format("A2:A4", {
        "type": "text", "criteria": "containing", "value": "Hemi Example", "format": book.add_format({"bold": True})})),
        "hidden_words", "A2"),
    hidden("bars that hide their numbers", book(bars_alone), "masked_value", "B2"),
    hidden("names in a filter", book(filtered), "hidden_words"),
    hidden("names in the filter of a table", after("</sheetData>", "", related("table", "xl/tables/table1.xml", _TABLE.format(main=_MAIN, said="", filter=_FILTER))),
           "hidden_words"),
    hidden("a remark on a table", after("</sheetData>", "", related("table", "xl/tables/table1.xml", _TABLE.format(main=_MAIN, said="Hemi Example only", filter=""))),
           "hidden_words"),
    hidden("a remark on a name", changed(_BOOK, "</sheets>", '</sheets><definedNames><definedName name="a" comment="Hemi Example">Table!$B$2</definedName></definedNames>'),
           "hidden_words defined_name", sheet=""),
    hidden("a name with words in it", changed(_BOOK, "</sheets>", '</sheets><definedNames><definedName name="_xlnm.Print_Titles">"Hemi Example"</definedName></definedNames>'),
           "defined_name", sheet=""),
    hidden("who wrote a comment", book(lambda book, sheet: sheet.write_comment("C4", "look here", {"author": "Hemi Example"})),
           "comment metadata", "C4", verdict="review"),
    hidden("who answered a comment", changed("", "", "", {"xl/persons/person.xml": '<personList xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"><person displayName="Hemi Example" userId="hemi@example.nz"/></personList>'}),
           "metadata identifier", sheet=""),
    hidden("a note on the old drawing layer", after("</sheetData>", "", related("vmlDrawing", "xl/drawings/vmlDrawing1.vml", _VML)), "hidden_words"),
    hidden("a drawing's text for the blind", after("</sheetData>", "", related("drawing", "xl/drawings/drawing1.xml", _DRAWN.format(alt="17 in Otago"))), "hidden_words", "D3"),
    hidden("a chart's text for the blind", book(chart(said="Otago has 17")), "hidden_words", "F3"),
    hidden("a diagram of boxes", changed("", "", "", {"xl/diagrams/data1.xml": _SMART}), "hidden_words unknown_part", sheet=""),
    hidden("the labels a chart had", changed("xl/charts/chart1.xml", "<c:strCache><c:ptCount val=\"3\"/>", '<c:strCache><c:ptCount val="4"/><c:pt idx="3"><c:v>Hemi Example</c:v></c:pt>', then=chart(categories_data=["Northland", "Auckland", "Otago"])),
           "chart_data", "F3"),
    hidden("labels of a chart from cells no longer there", changed("xl/charts/chart1.xml", "</c:ser>", _LABELS, then=chart()), "chart_data", "F3"),
    hidden("a series taken out of a chart by its filter", changed("xl/charts/chart1.xml", "</c:barChart>", "<c:extLst>" + _FILTERED + "</c:extLst></c:barChart>", then=chart()), "chart_data", "F3"),
    hidden("a newer kind of chart", after("</sheetData>", "", _EX_PARTS), "chart_data", "F3"),
    hidden("a hidden sheet that is only a chart", book(lambda book, sheet: hidden_chart(book)), "hidden_sheet", sheet=""),
    hidden("a pivot table without its records", changed("", "", "", {"xl/pivotCache/pivotCacheDefinition1.xml": f'<pivotCacheDefinition {_MAIN} refreshedBy="Hemi Example"><cacheFields count="0"/></pivotCacheDefinition>'}), "pivot_cache metadata", sheet=""),
    hidden("names in a pivot table's fields", changed("", "", "", {"xl/pivotTables/pivotTable1.xml": f'<pivotTableDefinition {_MAIN} name="P"><pivotFields><pivotField><items><item n="Hemi Example"/></items></pivotField></pivotFields></pivotTableDefinition>'}), "pivot_cache", sheet=""),
    hidden("data of the office suite's own", changed("", "", "", {"customXml/item1.xml": "<people>Hemi Example</people>"}), "active_content", sheet=""),
    hidden("such data under another name", changed("", "", "", {"customXml/people.xml": "<people>Hemi Example</people>"}), "active_content", sheet=""),
    hidden("sheets that were deleted, in the properties", changed("docProps/app.xml", "<vt:lpstr>Table</vt:lpstr>", "<vt:lpstr>Table</vt:lpstr><vt:lpstr>Hemi Example raw</vt:lpstr>"), "metadata", verdict="review", sheet=""),
    hidden("who had it open", changed(_BOOK, "<sheets>", '<fileSharing userName="Hemi Example"/><sheets>'), "metadata", verdict="review", sheet=""),
    hidden("whose view it is", changed(_BOOK, "</sheets>", '</sheets><customWorkbookViews><customWorkbookView name="Hemi Example - Personal View" guid="{0}"/></customWorkbookViews>'), "metadata", verdict="review", sheet=""),
    hidden("the name of a protected range", after("</sheetData>", '<protectedRanges><protectedRange name="Hemi Example" sqref="A1"/></protectedRanges>'), "hidden_words"),
    hidden("nearly white on white", book(lambda book, sheet: sheet.write(8, 4, 45, book.add_format({"font_color": "#FEFEFE"}))), "masked_value", "E9"),
    hidden("letters of one point", book(lambda book, sheet: sheet.write(8, 4, 45, book.add_format({"font_size": 1}))), "masked_value", "E9"),
    hidden("white words in a cell of two colours", book(lambda book, sheet: sheet.write_rich_string(8, 0, "See the notes ", book.add_format({"font_color": "white"}), "Hemi Example")), "masked_value", "A9"),
    hidden("a number in the format itself", book(lambda book, sheet: sheet.write(8, 4, 45, book.add_format({"num_format": '0" of 1247"'}))), "masked_value", "E9"),
    hidden("a number under a merged cell", merged_over, "masked_value", "E2"),
    hidden("the reading of a word", changed("xl/sharedStrings.xml", "<t>Otago</t>", '<t>Otago</t><rPh sb="0" eb="5"><t>Hemi Example</t></rPh>'), "hidden_words", "A4"),
    hidden("a word no cell uses", changed("xl/sharedStrings.xml", "</sst>", "<si><t>Hemi Example</t></si></sst>"), "hidden_words", sheet=""),
    hidden("a sheet that is in no list", changed("", "", "", {"xl/worksheets/sheet7.xml": f'<worksheet {_MAIN}><sheetData><row r="1"><c r="A1"><v>17</v></c></row></sheetData></worksheet>'}), "very_hidden_sheet", sheet=""),
    hidden("comments no sheet leads to", changed("", "", "", {"xl/comments9.xml": f'<comments {_MAIN}><commentList><comment ref="A1"><text><t>Hemi Example</t></text></comment></commentList></comments>'}), "unknown_part", verdict="review", sheet=""),
    hidden("what was changed and by whom", changed("", "", "", {"xl/revisions/revisionLog1.xml": f"<revisions {_MAIN}/>"}), "active_content", sheet=""),
    hidden("words under the pointer", book(lambda book, sheet: sheet.write_url(6, 0, "https://www.stats.govt.nz/", None, "Source", "17 people of Otago")), "hidden_words", "A7"),
    hidden("a data type with fields", changed("", "", "", {"xl/richData/rdrichvalue.xml": '<rvData xmlns="http://schemas.microsoft.com/office/spreadsheetml/2017/richdata" count="1"><rv s="0"><v>Hemi Example</v></rv></rvData>'}), "hidden_words", sheet=""),
    hidden("the printer's settings", changed("", "", "", {"xl/printerSettings/printerSettings1.bin": "".join(c + "\0" for c in r"\\fileserver\hemi example")}), "metadata", verdict="review", sheet=""),
    hidden("a remark about the archive", archive_comment, "unknown_part", verdict="review", sheet=""),
    hidden("two parts of one name", two_of_one_name, "unreadable", sheet=""),
    hidden("something behind the end", left_behind, "unknown_part", verdict="review", sheet=""),
    hidden("a remark between the marks", changed(_SHEET, "<sheetData>", "<!-- Hemi Example 17 --><sheetData>"), "hidden_words", sheet="Table"),
    hidden("an e-mail address in a style's name", changed(_STYLES, 'name="Normal"', 'name="hemi@example.nz"'), "identifier", sheet=""),
    hidden("properties of a sheet", changed("", "", "", {"xl/customProperty1.bin": "Hemi Example"}), "unknown_part", verdict="review", sheet=""),
    hidden("a picture of how it was", changed("", "", "", {"docProps/thumbnail.jpeg": "picture"}), "unknown_part", verdict="review", sheet=""),
    hidden("a linked file of a chart", changed("xl/charts/chart1.xml", "</c:chartSpace>", '<c:externalData xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1"/></c:chartSpace>',
        {"xl/charts/_rels/chart1.xml.rels": _RELS_HEAD + '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/oleObject" Target="file:///C:/raw/people.xlsx" TargetMode="External"/></Relationships>'}, then=chart()), "external_link", "F3"),
)  # fmt: skip


def hidden_chart(book: Any) -> None:
    sheet = book.add_chartsheet("Old")
    made = book.add_chart({"type": "column"})
    made.add_series({"values": "=Table!$B$2:$B$4", "values_data": [30, 45, 12]})
    sheet.set_chart(made)
    sheet.hide()


SEEN = (
    Case("empty words in a cell", changed("xl/sharedStrings.xml", "<t>Otago</t>", "<t></t>")),
    Case("a list of the regions that stand in the table", validation(validate="list", source=["Northland", "Auckland"])),
    Case("a filter on what stands in the table", book(filtered_whole)),
    Case("a chart of the table with a plain description", book(chart(said="People by region, a bar each", categories_data=["Northland", "Auckland", "Otago"]))),
    Case("a rule that makes a total bold", book(lambda book, sheet: sheet.conditional_format("A2:A4", {"type": "text", "criteria": "begins with", "value": "Otago", "format": book.add_format({"bold": True})}))),
    Case("a table with headings of its own", book(lambda book, sheet: sheet.add_table("A1:B4", {"columns": [{"header": "Region"}, {"header": "People"}]}))),
    Case("a cell of two colours that can be read", book(lambda book, sheet: sheet.write_rich_string(8, 0, "See the ", book.add_format({"font_color": "red"}), "notes below"))),
)  # fmt: skip
