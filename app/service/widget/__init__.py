"""The chat widget of other sites: which sites may embed it, its sessions, and what their owners are shown."""
