// A table that does not fit becomes one card for each row, each value beside the words of its column.
// Without this script it can be moved sideways in its own box, as before.
"use strict";
const boxes = [...document.querySelectorAll(".lw-scroll")].filter((box) => {
  const table = box.querySelector(":scope > table");
  if (!table || table.tHead?.rows.length !== 1) return false;
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  const plain = rows.every((row) => row.cells.length === heads.length);
  if (!plain || table.querySelector("[colspan], [rowspan]")) return false;
  // Cells shown as blocks keep being a table for whoever listens to it.
  const named = [[table, "table"], [heads[0].parentElement, "row"], ...heads.map((cell) => [cell, "columnheader"])];
  for (const part of [table.tHead, ...table.tBodies]) named.push([part, "rowgroup"]);
  for (const row of rows) {
    named.push([row, "row"]);
    [...row.cells].forEach((cell, at) => {
      named.push([cell, cell.tagName === "TH" ? "rowheader" : "cell"]);
      cell.dataset.label = heads[at].textContent.trim();
    });
  }
  for (const [part, role] of named) part.setAttribute("role", role);
  return true;
});
const fit = () => {
  for (const box of boxes) {
    box.classList.remove("lw-cards");
    box.classList.toggle("lw-cards", box.scrollWidth > box.clientWidth);
  }
};
fit();
document.fonts?.ready.then(fit);
addEventListener("resize", fit);
