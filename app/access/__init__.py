"""Who may use the service: API keys, users of a provider or a proxy, their sessions, and the audit log."""
