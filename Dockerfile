# The production image: web, worker, beat and the one-shot migration are this image with another command.

FROM node:20.20.2-bookworm-slim AS charts
WORKDIR /charts
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY r2p_dashboard/plotly_entry.js r2p_dashboard/
RUN npm run build --silent

FROM python:3.11.14-slim-bookworm AS build
ENV UV_PYTHON_DOWNLOADS=never \
    UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1
RUN python -m pip install --no-cache-dir --disable-pip-version-check uv==0.13.8
WORKDIR /app
COPY pyproject.toml uv.lock README.md ./
ARG EMBEDDINGS=
# EMBEDDINGS=1: with the extra that brings a small model (docs/runbook.md)
RUN uv sync --frozen --no-default-groups ${EMBEDDINGS:+--extra embeddings}
COPY . .
COPY --from=charts /charts/build/plotly.min.js build/plotly.min.js
# a key and an address for this step only: nothing is signed, no link is made, and neither is in the image's environment
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    SITE_URL=https://build.invalid \
    .venv/bin/python manage.py collectstatic --noinput

FROM python:3.11.14-slim-bookworm
RUN groupadd --gid 10001 r2p \
    && useradd --uid 10001 --gid r2p --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin r2p \
    && install --directory --owner r2p --group r2p --mode 0700 /var/lib/r2p
# root owns the code: the application cannot change itself
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH \
    DJANGO_SETTINGS_MODULE=r2p_dashboard.settings \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OPENBLAS_NUM_THREADS=1
USER r2p
EXPOSE 8000
# 503 is an answer too: the site is up and says that something is stale (docs/runbook.md)
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
    CMD ["python", "-m", "r2p_dashboard.local.healthcheck", "web"]
CMD ["gunicorn", "r2p_dashboard.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", \
     "--timeout", "60", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
