"""Distillation from documents to a verdict: make examples, train a student, compress it, serve and ask four systems.

    request     what is asked for
    sets        the sets of questions: hand-written cases whose gold pages the student never saw, and other domains
    place       the folder of a run: what is in it, and a record of each stage
    inputs      what decides the result, and what has changed since a folder was begun
    budget      how much of the time is reserved for compression and evaluation, and what training gets
    parts       the data, the training, the compression and the server that the stages use
    stages/     a file for each stage
    run         the stages in their order
    figures     the table of the systems, with intervals
    result      run.json
    console     the result on a terminal
    html        the result as a page

Each finished stage is kept, so that a run that was killed goes on where it was. Described in docs/distillation.md.
"""
