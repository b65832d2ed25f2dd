"""What we wrote: topics of briefs, figures, questions and dated events; their loader, checks, library and cards."""
