"""Every table of the database: importing this module fills `Base.metadata`. Each topic has its tables in its folder."""

from app.answers import tables as answers
from app.database.tables import Base

__all__ = ["Base", "answers"]
