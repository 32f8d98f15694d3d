"""The stages of a distillation, a file each: choose cases, make data, judge a system, train, compress, gate."""
