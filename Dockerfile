# Reeve's image: compose.yaml runs it, docs/operate.md says how. test/deploy/image.integration.test.ts carries out these steps without Docker.

FROM node:22.23.3-bookworm-slim AS manifest
WORKDIR /app
# .npmrc switches install scripts off: Prisma's would download an engine that Reeve does not use.
COPY package.json package-lock.json .npmrc ./

FROM manifest AS build
RUN npm ci
COPY tsconfig.json prisma.config.ts ./
COPY prisma prisma/
COPY commands commands/
COPY interaction-handlers interaction-handlers/
COPY listeners listeners/
COPY preconditions preconditions/
COPY tasks tasks/
COPY src src/
# The package for other bots, which the build makes as well.
COPY sandbox sandbox/
COPY package package/
RUN npm run build

FROM manifest AS production
# Prisma's command line and TypeScript are optional peers of @prisma/client: npm omits them only with both options. They take 250 MB.
# The peers of Reeve itself, such as discord.js, are installed as long as they are not development dependencies as well.
RUN npm ci --omit=dev --omit=optional

FROM node:22.23.3-bookworm-slim
ENV NODE_ENV=production DATA_DIR=/data HTTP_PORT=8080
WORKDIR /app
COPY --from=production /app/node_modules node_modules/
# The canvas that charts are drawn on comes in an optional package for each platform: here that of the build, which has the same one.
COPY --from=build /app/node_modules/@napi-rs node_modules/@napi-rs/
COPY --from=build /app/dist/commands dist/commands/
COPY --from=build /app/dist/interaction-handlers dist/interaction-handlers/
COPY --from=build /app/dist/listeners dist/listeners/
COPY --from=build /app/dist/preconditions dist/preconditions/
COPY --from=build /app/dist/tasks dist/tasks/
COPY --from=build /app/dist/bot dist/bot/
COPY --from=build /app/dist/src dist/src/
COPY --from=build /app/dist/empty-database.gz dist/
COPY package.json ./
# The migrations, applied at start.
COPY prisma prisma/
RUN mkdir -m 700 /data && chown node:node /data
VOLUME /data
USER node
# The port is open within the container alone. If Reeve cannot start it exits, and the restart policy starts it again.
HEALTHCHECK --interval=30s --timeout=10s --start-period=2m CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.HTTP_PORT + '/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "dist/bot/main.js"]
