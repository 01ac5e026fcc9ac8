-- CreateTable
CREATE TABLE "Alert" (
    "id" TEXT NOT NULL,
    "guildId" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "channelId" TEXT,
    "messageId" TEXT,

    CONSTRAINT "Alert_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AlertProblem" (
    "id" TEXT NOT NULL,
    "alertId" TEXT NOT NULL,
    "liveKey" TEXT,
    "blocks" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "part" JSONB NOT NULL,
    "changedBy" TEXT,
    "changedAt" TIMESTAMPTZ(3),
    "resolvedAt" TIMESTAMPTZ(3),

    CONSTRAINT "AlertProblem_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Alert_guildId_at_idx" ON "Alert"("guildId", "at");

-- CreateIndex
CREATE UNIQUE INDEX "AlertProblem_liveKey_key" ON "AlertProblem"("liveKey");

-- CreateIndex
CREATE INDEX "AlertProblem_alertId_idx" ON "AlertProblem"("alertId");

-- AddForeignKey
ALTER TABLE "AlertProblem" ADD CONSTRAINT "AlertProblem_alertId_fkey" FOREIGN KEY ("alertId") REFERENCES "Alert"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
