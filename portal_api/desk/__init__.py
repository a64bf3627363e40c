"""The staff desk: accounts, corrections, and what waits for a decision."""
