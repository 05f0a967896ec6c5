"""The lab measured: a cohort and count at national size, bombs beside other sessions, attempts at getting
out."""
