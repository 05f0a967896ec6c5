"""Sealing and sending a large supply beside openssl, sha384sum and curl, in one run."""
