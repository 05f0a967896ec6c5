"""The population supplies are linked to: brought in or built; and handing over to and from outside."""
