"""Drills: real processes killed at every step, with broken platforms, a full disk and a locked database."""
