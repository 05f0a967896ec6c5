"""Long work: an action leaves a job, a worker (or the command line) does it once, whatever dies in
between.
"""
