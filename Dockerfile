# The image of Flyers BFF, and the one of the bundled upstream services. Settings come from the environment.
#
#   docker build -t flyers-bff .                       the service
#   docker build -t flyers-bff-mock --target mock .    the flyer service with sample data, for development
#   ... --build-arg EXTRAS="otel sentry"               with tracing and error reports
#   ... --secret id=pip.conf,src=pip.conf              with pip set to an index of your own
#
# The server never migrates: `python manage.py migrate` is a step of its own, with this image.

FROM python:3.13-slim-bookworm AS base
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1


# What poetry.lock says, hash by hash, as wheels: nothing is compiled, and no package's code runs while it is installed.
FROM base AS builder
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    python -m venv .poetry \
    && .poetry/bin/python -m pip install poetry==2.5.1 poetry-plugin-export==1.10.1
COPY pyproject.toml poetry.lock ./
ARG EXTRAS=""
RUN .poetry/bin/python -m poetry export --without-urls --only main --extras "${EXTRAS}" --output requirements.txt
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    python -m venv --without-pip /opt/venv \
    && python -m pip --python /opt/venv install --only-binary :all: --no-deps --require-hashes --requirement requirements.txt


# Python, the dependencies and a user who owns none of it; no installer, no compiler.
FROM base AS runtime
RUN python -m pip uninstall --yes --root-user-action ignore pip \
    && groupadd --gid 10001 bff \
    && useradd --uid 10001 --gid bff --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin bff
COPY --from=builder /opt/venv /opt/venv
ENV PATH="/opt/venv/bin:${PATH}"
WORKDIR /app


# The upstream services for demos and tests; they need nothing but Python. The last port is the last to listen.
FROM runtime AS mock
COPY mock_upstream mock_upstream
ENV MOCK_HOST=0.0.0.0
USER 10001:10001
EXPOSE 9000 9001 9002
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import socket; socket.create_connection(('127.0.0.1', 9002), 2)"]
CMD ["python", "-m", "mock_upstream"]


FROM runtime AS bff
COPY manage.py LICENSE ./
COPY accounts accounts
COPY carts carts
COPY clients clients
COPY config config
COPY favorites favorites
COPY flyers_proxy flyers_proxy
COPY movies_proxy movies_proxy
COPY products_proxy products_proxy
COPY proxy proxy
COPY reservations reservations
# The user can't write here, so that Python's own cache is made now.
RUN python -m compileall -q .
ENV HOST=0.0.0.0
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s CMD ["python", "-m", "config.probe"]
CMD ["python", "-m", "config.server"]
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Flyers BFF" \
    org.opencontainers.image.description="A backend-for-frontend for flyer apps" \
    org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}"
