"""Keys, sealed envelopes, and the zones data may live in."""
