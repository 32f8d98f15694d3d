"""The tools over streamable HTTP."""
