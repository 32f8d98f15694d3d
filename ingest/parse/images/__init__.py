"""Pictures of pages, and the recognition of their text, which PDFs use, too."""
