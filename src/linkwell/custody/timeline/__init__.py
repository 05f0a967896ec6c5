"""What happened to my data, step by step, whom each step waited on and for how long; and what waits now."""
