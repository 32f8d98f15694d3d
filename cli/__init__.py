"""`groundwork …`, the one front door. Nothing but wiring: parse, call, print, exit."""
