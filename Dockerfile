FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/collector
COPY requirements.lock .
RUN /opt/collector/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE feeds.yaml ./
COPY collector collector
COPY corpus corpus
COPY db db
RUN /opt/collector/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
COPY --from=build /opt/collector /opt/collector
RUN useradd --uid 10001 --home-dir /data --no-create-home collector \
    && install -d -o collector -g collector /data
USER collector
WORKDIR /data
VOLUME /data
ENV PATH=/opt/collector/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    COLLECTOR_CONFIG=/data/feeds.yaml \
    COLLECTOR_WEB_HOST=0.0.0.0
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/health', timeout=4)"]
# The first start writes a feeds.yaml and a corpus into the data volume; a mounted one is left as it is.
CMD ["sh", "-c", "[ -e \"$COLLECTOR_CONFIG\" ] || collector init /data; exec collector run"]
