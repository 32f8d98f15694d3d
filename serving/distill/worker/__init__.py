"""One training: run by the Python of `.venv-train`, never imported by the rest.

    python worker/__main__.py JOB.json

    job         what is done, and the result as one JSON object in the job's `result`
    tokens      examples as token ids, in the template that the model is served with
    tree        examples that begin alike as one row: each token once
    attention   attention along the branches of a row
    order       which examples a step has, and in which rows
    model       the model in its types, with adapters where they are asked for
    speed       how fast this machine trains, and the number of steps that fit into the budget
    training    transformers' Trainer, with rows in place of padded batches
    loss        the loss of a row
    knowledge   the loss of a row with a teacher
    evaluate    the loss on held-out examples, and answers to their prompts
    scores      what an answer is worth
    points      the evaluations, the best of them, and when to stop
    kept        checkpoints that a killed run continues from
    write       the trained weights as a checkpoint's folder

Lines of stdout that begin with "groundwork:" are one JSON object each, for the command that started this:
{"note": "…"}, {"done": steps, "total": steps}. Everything else goes into its log.

The job: `model`, `out` (folders), `work` (the folder of this training's checkpoints), `examples` (a JSONL file of
{"id", "kind", "messages", "answer", "split", "line"}), `method` ("full" or "lora"), `merge`, `bfloat16`,
`budget_seconds`, `epochs`, `batch_examples`, `row_tokens`, `max_tokens`, `max_answer_tokens`, `learning_rate`,
`lora_rank`, `evaluations`, `evaluation_prompts`, `patience`, `save_seconds`, `checkpoints` (a folder for the weights of
each evaluation, or null), `seed`, `result`, `started` (seconds since 1970), `parent` (the process that waits for it);
with a teacher `teacher` (its folder), `teacher_weight`, `teacher_temperature`, `teacher_beta`.
"""
