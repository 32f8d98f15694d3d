"""The HTTP side: endpoints parse, call the service, and map errors. Nothing is decided here."""

from app.api.app import create_app

__all__ = ["create_app"]
