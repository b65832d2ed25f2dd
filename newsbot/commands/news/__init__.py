"""`/news`: where news comes from."""
