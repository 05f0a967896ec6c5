"""Passing released reports on to who commissions a service: the provider's own choice, one by one."""
