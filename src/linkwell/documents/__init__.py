"""Documents out of plain data: charts as SVG without script, and self-contained accessible pages."""
