"""Output requests: files a team wants out, looked at by two who do not see each other, and released."""
