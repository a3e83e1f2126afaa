"""What a person looks at: a tape as a table."""
