"""Conversations as WAV files: `tracks` lays both sides on one time line, `wav` writes, `recorder` joins the two."""
