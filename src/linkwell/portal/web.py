"""`python -m linkwell.portal.web …`: gunicorn with its own arguments, ending with what started it."""

from __future__ import annotations

from gunicorn.app.wsgiapp import run  # type: ignore[import-untyped]

from linkwell.portal.children import end_with_parent

if __name__ == "__main__":
    end_with_parent()
    run()
