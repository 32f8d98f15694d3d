"""A question becomes a grounded, cited answer, over HTTP."""
