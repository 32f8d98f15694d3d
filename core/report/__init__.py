"""What the HTML reports share: page and styles, figures and tables, scales and marks. No library."""
