"""The public register: what is shared, used and released, and why; worked out from live state."""
