# Build: docker build -t nnviz .
# Run:   docker run -p 8501:8501 nnviz
# It keeps no state and writes nothing: --read-only works too.

# The digest says which image it is, to the bit. For a newer one: docker buildx imagetools inspect python:3.13-slim
ARG PYTHON=python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b

FROM ${PYTHON} AS build
WORKDIR /build
COPY requirements.lock .
RUN python -m venv --without-pip /venv \
    && pip --python /venv install --no-cache-dir --require-hashes --requirement requirements.lock
COPY nnviz nnviz
RUN python -m compileall -q nnviz

FROM ${PYTHON}
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE=true \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /build .
USER 10001:10001
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "import os, urllib.request as u; e = os.environ.get; u.urlopen('http://127.0.0.1:' + e('STREAMLIT_SERVER_PORT') + ('/' + e('STREAMLIT_SERVER_BASE_URL_PATH', '') + '/_stcore/health').replace('//', '/'), timeout=4)"]
CMD ["python", "-m", "streamlit", "run", "nnviz/app/serve.py"]
