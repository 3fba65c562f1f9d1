# Keyside as a container: `docker build -t keyside .`, then see docker-compose.yml.
# It listens on 8080, and on 2222 for Git over SSH; it keeps its state in /var/lib/keyside and its keys in /etc/keyside/certs. Compiled code lies with the
# state, the one place that it may write: a restart needs no compiler in memory. Give it an init (`docker run --init`), which
# ends what the processes of git leave behind.
FROM node:24-bookworm-slim

# Before all that is Keyside's own: no change of it installs git again.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/*

ENV NODE_ENV=production \
    KEYSIDE_HOST=0.0.0.0 \
    KEYSIDE_PORT=8080 \
    KEYSIDE_SSH_PORT=2222 \
    KEYSIDE_DATA_DIR=/var/lib/keyside \
    KEYSIDE_CERTS_DIR=/etc/keyside/certs \
    KEYSIDE_COMMAND=keyside \
    NODE_COMPILE_CACHE=/var/lib/keyside/compile-cache

WORKDIR /opt/keyside

# The dependencies before the source, so that a change of the source does not install them again. No package runs code of
# its own, and the optional ones are left out: they are Nodes, and this image has its own.
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund && npm cache clean --force

COPY LICENSE ./
COPY bin bin
COPY src src

# A named volume takes the owner of the directory that it is first mounted on.
RUN chmod 0755 bin/keyside.js \
    && ln -s /opt/keyside/bin/keyside.js /usr/local/bin/keyside \
    && install -d -o node -g node -m 0700 /var/lib/keyside /etc/keyside/certs

USER node
VOLUME ["/var/lib/keyside", "/etc/keyside/certs"]
EXPOSE 8080 2222
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.KEYSIDE_PORT}/-/readiness`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

CMD ["keyside", "serve"]
