"""`make doctor`: whether this machine can run Groundwork, before anything is installed.

Only Python's standard library is imported, and modules of `core` that import no more; Python 3.9 can run it, to say
that it is too old. Each topic is a module with three parts: the facts as a frozen dataclass, a function that finds them
on this machine, and a pure function that judges them.

command     asks programs about themselves
finding     what is printed: a level, a sentence, and what to do
settings    .env with the variables that win over it; names that are no setting
python      the interpreter, and programs that commands or tests start
docker      Docker and Compose
hardware    processor and memory
gpu         NVIDIA GPUs, their driver, and whether containers can use them
disk        space for environments, images and models; the data directory
ports       whether the ports are free, and which process has them
report      as text, and as JSON
"""
