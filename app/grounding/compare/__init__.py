"""An answer's sentence compared with the sentences of its contexts."""
