# The application alone: embedded index, extractive answers, or a model elsewhere through LLM_BASE_URL.
# PYTHON_IMAGE may be any Debian image with Python 3.11 to 3.13.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
FROM ${PYTHON_IMAGE}

WORKDIR /groundwork
COPY pyproject.toml constraints.txt README.md LICENSE Makefile ./
COPY cli cli
COPY core core
COPY ingest ingest
COPY app app
COPY evals evals
COPY serving serving
COPY domains domains

RUN apt-get update \
    && apt-get install -y --no-install-recommends make curl tesseract-ocr tesseract-ocr-eng \
    && rm -rf /var/lib/apt/lists/* \
    && make demo-environment \
    && .venv/bin/pip install -q --disable-pip-version-check -c constraints.txt -e ".[postgres,redis,tracing]" \
    && useradd --create-home groundwork \
    && install -d -o groundwork /data

USER groundwork
ENV PATH=/groundwork/.venv/bin:$PATH \
    HF_HUB_OFFLINE=1 \
    GROUNDWORK_DATA_DIR=/data \
    GROUNDWORK_HOST=0.0.0.0
# It listens on every address and so does not start in the mode `open`: set GROUNDWORK_AUTH (docs/access.md).
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=180s CMD curl -fs http://localhost:8000/ready || exit 1

# Serve after a complete ingestion (0), and after one in which some files failed (3).
CMD ["sh", "-c", "groundwork ingest; code=$?; [ $code -eq 0 ] || [ $code -eq 3 ] || exit $code; exec groundwork serve"]
