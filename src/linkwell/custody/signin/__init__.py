"""Signing in: its numbers, second factors, sessions, the command line's sign-in, a lost device."""
