"""The study: does the interval cover the true effect, over many invented worlds of each kind?"""

import os

# Before numpy is loaded: the processes share the work, not threads within one.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
