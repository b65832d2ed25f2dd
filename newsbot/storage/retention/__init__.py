"""How long rows are kept, by what they are about, and their deletion."""
