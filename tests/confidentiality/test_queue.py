import numpy as np
import pytest

from linkwell.confidentiality.audit import belongs_in_queue
from linkwell.confidentiality.request import CountTable


def crossed(units):
    labels = (("a", "x"), ("a", "y"), ("b", "x"), ("b", "y"))
    return CountTable("t", ("p", "q"), labels, np.arange(len(units)) % 4, units)


@pytest.mark.parametrize("people", [0, 3, 100, 900])
def test_the_queue_is_chosen_by_the_shape_of_a_request_never_by_who_is_in_it(ask, table, people):
    units = np.arange(1, people + 1)
    assert belongs_in_queue(ask(crossed(units), population=units))
    assert not belongs_in_queue(ask(table({"g": units}), population=units))
    assert not belongs_in_queue(ask(population=units))
