"""The pages of the domain's own: the files of its folder `portal/`."""
