-- CreateTable
CREATE TABLE "Hold" (
    "id" TEXT NOT NULL,
    "guildId" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "planHash" TEXT,
    "actor" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "losing" INTEGER NOT NULL,
    "holders" INTEGER NOT NULL,
    "heldAt" TIMESTAMPTZ(3) NOT NULL,
    "releasedAt" TIMESTAMPTZ(3),
    "releasedBy" TEXT,

    CONSTRAINT "Hold_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BulkFix" (
    "id" TEXT NOT NULL,
    "guildId" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "actorName" TEXT NOT NULL,
    "issues" JSONB NOT NULL,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),
    "holder" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "BulkFix_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Hold_guildId_heldAt_idx" ON "Hold"("guildId", "heldAt");

-- CreateIndex
CREATE UNIQUE INDEX "Hold_runId_scope_planHash_key" ON "Hold"("runId", "scope", "planHash");

-- CreateIndex
CREATE INDEX "BulkFix_guildId_endedAt_idx" ON "BulkFix"("guildId", "endedAt");

-- AddForeignKey
ALTER TABLE "Hold" ADD CONSTRAINT "Hold_runId_fkey" FOREIGN KEY ("runId") REFERENCES "ReconciliationRun"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What runs have held until now, and who released it
INSERT INTO "Hold" ("id", "guildId", "runId", "scope", "actor", "reason", "losing", "holders", "heldAt", "releasedAt", "releasedBy")
SELECT gen_random_uuid()::text, "guildId", "id", 'run', 'reeve', "held"->>'reason', ("held"->>'losing')::int, ("held"->>'holders')::int,
	COALESCE("completedAt", "startedAt"), "holdReleasedAt", "holdReleasedBy"
FROM "ReconciliationRun" WHERE "held" IS NOT NULL;

-- AlterTable
ALTER TABLE "ReconciliationRun" DROP COLUMN "holdReleasedAt",
DROP COLUMN "holdReleasedBy";
