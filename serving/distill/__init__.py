"""Train a small model on examples of grounded answers; the training runs in the environment of `make env-train`."""
