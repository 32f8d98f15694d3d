"""Pages, books and data in HTML and XML."""
