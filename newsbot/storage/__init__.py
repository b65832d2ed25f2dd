"""What newsbot remembers: SQLite or PostgreSQL by one code path, plain frozen records, one repository a noun."""
