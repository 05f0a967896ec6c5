"""Taking out what was integrated: corrections, deletions, objections after supply, withdrawals."""
