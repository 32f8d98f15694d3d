"""Run by vLLM's Python: what the installed vLLM says of flags and kernels. JSON lists of arguments in, JSON out."""

import json
import sys
from pathlib import Path

from vllm.entrypoints.launchers.cli_args import make_arg_parser
from vllm.model_executor.kernels import linear
from vllm.platforms import PlatformEnum
from vllm.utils.argparse_utils import FlexibleArgumentParser

KERNELS = {
    "w4a16": "_POSSIBLE_KERNELS",
    "w8a8": "_POSSIBLE_INT8_KERNELS",
    "fp8": "_POSSIBLE_FP8_KERNELS",
    "fp8-block": "_POSSIBLE_FP8_BLOCK_KERNELS",
    "fp8-weights": "_POSSIBLE_WFP8A16_KERNELS",
    "mxfp8": "_POSSIBLE_MXFP8_KERNELS",
    "nvfp4": "_POSSIBLE_NVFP4_KERNELS",
    "mxfp4": "_POSSIBLE_MXFP4_KERNELS",
}


def main() -> None:
    plans = json.loads(sys.stdin.read())
    parser = make_arg_parser(FlexibleArgumentParser())
    parsed = [{name: str(value) for name, value in vars(parser.parse_args(plan)).items()} for plan in plans]
    kernels = {
        kind: [kernel.__name__ for kernel in getattr(linear, table).get(PlatformEnum.CPU, [])]
        for kind, table in KERNELS.items()
    }
    Path(sys.argv[1]).write_text(json.dumps({"parsed": parsed, "kernels": kernels}), encoding="utf-8")


if __name__ == "__main__":
    main()
