"""The composition root: settings in, every object built once and handed to whoever needs it; nothing is global."""
