"""The only door to "released": rounding, suppression, the guard, the release ledger and the desk."""
