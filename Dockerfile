# Image of soakd: k6 with its extension, compiled TypeScript, nothing to build with.
#   docker build -t soakd .
#   docker run -e SOAKD_TOKEN=… -v soakd:/var/lib/soakd -p 8089:8089 soakd
# Both base images can be replaced by mirrors: --build-arg GO_IMAGE=…, --build-arg NODE_IMAGE=….
ARG GO_IMAGE=golang:1.26-bookworm
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${GO_IMAGE} AS k6
WORKDIR /build
COPY k6/xk6-soakd/ ./
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /k6 ./cmd/k6

FROM ${NODE_IMAGE} AS app
WORKDIR /build
COPY package.json package-lock.json ./
# The image has its Node already: the scripts that would fetch another one are left out.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src/ src/
RUN node_modules/.bin/tsc -p tsconfig.build.json \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="soakd" \
  org.opencontainers.image.description="Soak tests with k6 along the hours of the day, from profile to verdict" \
  org.opencontainers.image.licenses="Apache-2.0 AND AGPL-3.0-only"
# tini: process 1 must pass signals on and reap what loses its parent. Certificates: for targets behind TLS.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates tini \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --uid 10001 --user-group --home-dir /var/lib/soakd --shell /usr/sbin/nologin soakd \
  && install -d -o soakd -g soakd -m 0700 /var/lib/soakd
WORKDIR /opt/soakd
COPY package.json LICENSE ./
COPY bin/ bin/
COPY loadprofiles/ loadprofiles/
COPY k6/*.ts k6/
COPY k6/xk6-soakd/LICENSE k6/LICENSE
COPY config/soakd.container.yaml /etc/soakd/soakd.yaml
COPY --from=app /build/node_modules/ node_modules/
COPY --from=app /build/dist/ dist/
COPY --from=k6 /k6 k6/bin/k6
RUN ln -s /opt/soakd/bin/soakd /usr/local/bin/soakd
USER soakd
# A small young generation costs a little CPU and saves tens of megabytes (bench/README.md).
ENV NODE_ENV=production NODE_OPTIONS=--max-semi-space-size=4 SOAKD_DATA=/var/lib/soakd
VOLUME /var/lib/soakd
EXPOSE 8089
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8089/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "soakd"]
CMD ["daemon", "--config", "/etc/soakd/soakd.yaml"]
