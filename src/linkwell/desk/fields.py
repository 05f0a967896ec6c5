"""Choices the desk's forms share."""

from __future__ import annotations

YES_NO = [("yes", "Yes"), ("no", "No")]
