"""Whether a database is as it was written: the file, its guards, the chains, and every row."""
