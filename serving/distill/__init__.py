"""A small model is taught on examples of grounded answers, and answers like them.

    examples    the file of examples
    request     what is asked for
    estimate    time, memory and disk, before anything is done
    knowledge   a teacher: its checks, and what it needs
    refusals    everything that cannot work, refused before anything is done
    run         prepare and train, in a temporary folder that is then renamed
    process     the training in the environment of `make env-train`, running worker
    result      distillation.json and the model card
    console     all of it in a few lines

Measured figures and limits: docs/distillation.md.
"""
