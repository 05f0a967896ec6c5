"""Privacy breaches: written down the same day, with a clock and the words to tell people."""
