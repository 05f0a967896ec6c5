"""One delivery under an agreement: arriving, being checked, and what it gave, with its receipts."""
