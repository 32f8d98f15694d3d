"""Documents of word processors: Word (docx, doc) and RTF. Those of OpenDocument are in `ingest/parse/odf/`."""
