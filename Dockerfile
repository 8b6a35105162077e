# Image of soakd: k6 with its extension, compiled TypeScript, nothing to build with. docs/deployment.md says more.
#   docker build -t soakd .
#   docker run --read-only -e SOAKD_TOKEN=… -v soakd:/var/lib/soakd -p 127.0.0.1:8089:8089 soakd
#   docker buildx build --platform linux/amd64,linux/arm64 -t soakd .
# Both base images can be replaced by mirrors: --build-arg GO_IMAGE=…, --build-arg NODE_IMAGE=….
ARG GO_IMAGE=golang:1.26-bookworm
ARG NODE_IMAGE=node:24-bookworm-slim

# Built where the builder is, for where the image goes: Go needs no emulation for that.
FROM --platform=${BUILDPLATFORM} ${GO_IMAGE} AS k6
ARG TARGETOS TARGETARCH
WORKDIR /build
COPY k6/xk6-soakd/ ./
RUN CGO_ENABLED=0 GOFLAGS= GOWORK=off GOOS=${TARGETOS:-linux} GOARCH=${TARGETARCH:-} \
  go build -trimpath -buildvcs=false -ldflags '-s -w' -o /k6 ./cmd/k6

# JavaScript is the same everywhere. better-sqlite3 carries its binaries for all platforms; the image needs one.
FROM --platform=${BUILDPLATFORM} ${NODE_IMAGE} AS app
ARG TARGETARCH
WORKDIR /build
COPY package.json package-lock.json ./
# The image has its Node already: the scripts that would fetch another one are left out.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src/ src/
RUN node_modules/.bin/tsc -p tsconfig.build.json \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && cpu="$(echo "${TARGETARCH:-$(dpkg --print-architecture)}" | sed 's/amd64/x64/')" \
  && find node_modules/better-sqlite3/prebuilds -type f ! -name "linux-${cpu}.node" -delete \
  && rm -r node_modules/better-sqlite3/deps node_modules/better-sqlite3/src \
  && test -f "node_modules/better-sqlite3/prebuilds/linux-${cpu}.node"

# Something to soak, for compose.yaml: docker build --target shop -t shop-agent .
FROM ${NODE_IMAGE} AS shop
WORKDIR /opt/shop
COPY --from=app /build/node_modules/ node_modules/
COPY package.json ./
COPY examples/shop-agent/ examples/shop-agent/
USER 10002:10002
ENV NODE_ENV=production
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "examples/shop-agent/main.ts", "--host", "0.0.0.0"]

FROM ${NODE_IMAGE} AS soakd
# tini: process 1 must pass signals on and reap what loses its parent. Certificates: for targets behind TLS.
RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ca-certificates tini \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/soakd --shell /usr/sbin/nologin soakd \
  && install -d -o soakd -g soakd -m 0700 /var/lib/soakd \
  && ln -s /opt/soakd/bin/soakd /usr/local/bin/soakd
WORKDIR /opt/soakd
COPY package.json LICENSE ./
COPY bin/ bin/
COPY loadprofiles/ loadprofiles/
COPY config/ config/
COPY web/ web/
COPY config/soakd.container.yaml /etc/soakd/soakd.yaml
COPY loadprofiles/ /etc/soakd/profiles/
COPY k6/*.ts k6/
COPY k6/xk6-soakd/LICENSE k6/LICENSE
COPY --from=app /build/node_modules/ node_modules/
COPY --from=app /build/dist/ dist/
COPY --from=k6 /k6 k6/bin/k6
USER 10001:10001
# A small young generation costs a little CPU and saves tens of megabytes (bench/README.md), fewer arenas of malloc some
# more: Node's threads hardly use theirs. The volume is all that can be written: SQLite's and k6's temporary files go there.
ENV NODE_ENV=production \
  NODE_OPTIONS=--max-semi-space-size=4 \
  MALLOC_ARENA_MAX=2 \
  HOME=/var/lib/soakd \
  TMPDIR=/var/lib/soakd \
  SOAKD_DATA=/var/lib/soakd \
  SOAKD_URL=http://127.0.0.1:8089
VOLUME /var/lib/soakd
EXPOSE 8089
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(process.env.SOAKD_URL + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "soakd"]
CMD ["daemon", "--config", "/etc/soakd/soakd.yaml"]
# Last, because they differ with each build.
ARG VERSION=dev
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="soakd" \
  org.opencontainers.image.description="Soak tests with k6 along the hours of the day, from profile to verdict" \
  org.opencontainers.image.licenses="Apache-2.0 AND AGPL-3.0-only" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.created="${CREATED}" \
  org.opencontainers.image.source="${SOURCE}"
