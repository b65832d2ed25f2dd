"""The history of the tables, as alembic keeps it; each version is a small module in `versions`."""
