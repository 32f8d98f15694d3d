"""What the HTML reports share: the page and its styles, figures and tables, scales and marks. No script, no library."""
