FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements.txt ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY . .
RUN /venv/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /dist . \
    && /venv/bin/pip install --no-cache-dir --no-deps /dist/*.whl

FROM python:3.13-slim
RUN useradd --system --create-home --home-dir /data server
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
# A SQLite file, where one is used, lives in the home directory.
WORKDIR /data
USER server
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["python", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
ENTRYPOINT ["stripe-graphql"]
CMD ["serve", "--host", "0.0.0.0"]
