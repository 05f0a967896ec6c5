"""The packaged base specification, and the parts `describe` takes from it."""

from __future__ import annotations

from functools import cache
from importlib import resources

from linkwell.specification.file import parse
from linkwell.specification.model import Specification


@cache
def base_specification() -> Specification:
    """The base specification of this version of Linkwell."""
    text = resources.files("linkwell.specification").joinpath("base.toml").read_text("utf-8")
    return parse(text, name="base.toml")
