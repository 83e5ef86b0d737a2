# An image of Node 20 or newer on Debian or Ubuntu, with a user of id 1000.
ARG NODE_IMAGE=node:20-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM ${NODE_IMAGE}
# What sandboxes are started with, and the runtimes of the cells beside Node and Bash. For Java, add a JDK of 17 or
# newer (openjdk-17-jdk-headless); for Go, Go of 1.22 or newer with gcc and mold.
ARG PACKAGES="python3"
RUN apt-get update \
  && apt-get install -y --no-install-recommends bubblewrap util-linux ${PACKAGES} \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/sandcell
COPY package.json LICENSE ./
COPY guests guests
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist

# Root in the container would be root of the host where one wall falls. Nothing here needs it: files above stay root's.
RUN install -d -o 1000 -g 1000 /var/cache/sandcell
ENV NODE_ENV=production XDG_CACHE_HOME=/var/cache
USER 1000:1000
# What kernels of Java and Go are prepared with. Kept in a volume, it is made once.
VOLUME /var/cache/sandcell
EXPOSE 3917
# Other addresses than loopback demand tokens: it does not start without them.
ENTRYPOINT ["node", "/srv/sandcell/dist/cli.js"]
CMD ["--http", "--host", "0.0.0.0"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.SANDCELL_PORT || 3917) + '/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
