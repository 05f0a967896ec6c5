"""Notices by e-mail, for whoever wants them: that something waits, never what is in it."""
