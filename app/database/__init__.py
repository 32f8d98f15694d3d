"""The database of the service: answers, feedback, keys and what people decide. SQLite by default, or PostgreSQL."""

from app.database.database import Database, database_url, open_database
from app.database.tables import Base

__all__ = ["Base", "Database", "database_url", "open_database"]
