"""Processors and GPUs: what they are, what vLLM can multiply on them, and what this machine has.

gpu       one type for all GPUs: those of gpus.yaml, and those of this machine
dtype     bfloat16 or float32 on a processor
kernels   the rules of vLLM, by the kind of weights, for processors and for GPUs by compute capability
replica   how many GPUs hold one copy of a model
machine   processor, memory and GPUs of this machine
"""
