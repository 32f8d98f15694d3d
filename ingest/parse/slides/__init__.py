"""Presentations of PowerPoint: pptx and ppt. Those of OpenDocument are in `ingest/parse/odf/`."""
