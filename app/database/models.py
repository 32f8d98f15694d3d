"""Every table of the database: importing this module fills `Base.metadata`. Each topic has its tables in its folder."""

from app.access import tables as access
from app.answers import tables as answers
from app.database.tables import Base
from app.experiments import tables as experiments
from app.reviews import tables as reviews

__all__ = ["Base", "access", "answers", "experiments", "reviews"]
