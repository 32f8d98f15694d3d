"""Public question sets in their own formats, answered by the service and compared with published figures."""
