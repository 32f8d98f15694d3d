"""The state of the service, its configuration, metrics and pages."""
