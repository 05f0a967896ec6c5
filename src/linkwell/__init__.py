"""Linkwell: the road from a provider's spreadsheet to confidentialised insights."""

import os

# Before numpy is imported anywhere: sums come out the same on every machine, and two cores shared with others
# do not spend their time waiting for each other's threads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
