# Base images by digest; each stands in at least two public repositories, so that no single source is trusted:
# - node 24.21.0-bookworm-slim: rubixhacker/LexCerta Dockerfile, 0xZ0uk/PorkBot Dockerfile
# - distroless base-nossl-debian12:nonroot (glibc, certificates, time zones): envoyproxy/envoy
#   distribution/docker/Dockerfile-envoy, TrianaLab/mira Dockerfile
ARG BUILD_IMAGE=docker.io/library/node:24.21.0-bookworm-slim@sha256:2fe369e969550cde8e867afc3fe370b260140cab4a23d467074295b42163d553
ARG RUN_IMAGE=gcr.io/distroless/base-nossl-debian12:nonroot@sha256:be40c00dfabd86576d92666e87e406714d5618342de1a0c213ad232de255172e

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
ENV PATH=/src/tools/bun/node_modules/.bin:$PATH
# Bun comes from npm, checked against its lock file; a build image that brings the pinned version needs no npm.
COPY tools/bun/package.json tools/bun/package-lock.json tools/bun/
RUN grep -q "\"bun\": \"$(bun --version 2>/dev/null)\"" tools/bun/package.json \
    || npm ci --prefix tools/bun --no-audit --no-fund --loglevel=error
COPY package.json bun.lock bunfig.toml ./
RUN bun install --frozen-lockfile --production
COPY scripts/build.ts scripts/pack.ts scripts/
COPY service service
RUN bun scripts/build.ts lean

FROM ${RUN_IMAGE}
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
# https://github.com/opencontainers/image-spec/blob/main/annotations.md
LABEL org.opencontainers.image.title="schemawatch" \
      org.opencontainers.image.description="Notices PostgreSQL schema changes, judges them, processes them, and shows them live." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/schemawatch/schemawatch" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
COPY --from=build /src/dist/schemawatch /usr/local/bin/schemawatch
# By number, so that Kubernetes can see that it is not root.
USER 65532:65532
WORKDIR /
# Named, so that every role serves its health; HOST stays loopback until AUTH_FILE is there.
ENV PORT=8080
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["/usr/local/bin/schemawatch", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/schemawatch"]
