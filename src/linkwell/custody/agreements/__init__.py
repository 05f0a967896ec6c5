"""What was agreed with whom: the specification behind it, how long, and the tokens to send under it."""
