"""Commands about content and about newsbot itself."""
