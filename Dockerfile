# syntax=docker/dockerfile:1
# Node 22 is a supported LTS line; Debian, because the PostgreSQL from npm needs glibc.
FROM node:22-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:22-bookworm-slim
ENV NODE_ENV=production \
    PORT=3000 \
    HANDSLAG_DATA=/data
WORKDIR /app
# The data directory keeps the registry's signing key: give it a volume, and a backup.
RUN install --directory --owner=node --group=node --mode=0700 /data
COPY --from=dependencies /app/node_modules ./node_modules
COPY . .
USER node
VOLUME /data
EXPOSE 3000
# 30 s: the first start may migrate the database before it answers.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/v1/health/live').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# There is no build step: Node runs the sources through tsx. As `npm start` has it, half of Node's own room for new objects, which it
# clears twice as often: a process takes 25 MB less, and is no slower (docs/performance.md).
CMD ["node", "--max-semi-space-size=8", "--import", "tsx", "src/main.ts"]
