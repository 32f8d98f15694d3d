"""Who the caller is, signing in and out, and the audit log."""
