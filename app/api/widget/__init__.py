"""The chat widget: its sessions, and the files of the interface."""
