"""An invented Aotearoa with a known truth: people, their histories, and one organisation's spreadsheet
about some.

Nobody in it exists. The truth lies apart under `truth/` and only the demo's scoring line reads it.
"""
