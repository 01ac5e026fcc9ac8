-- AlterTable
ALTER TABLE "ReconciliationRun" ADD COLUMN     "acceptedPayers" INTEGER,
ADD COLUMN     "comparablePayers" INTEGER,
ADD COLUMN     "ruleChange" JSONB,
ADD COLUMN     "rules" JSONB;

-- CreateTable
CREATE TABLE "AcceptedRules" (
    "id" TEXT NOT NULL,
    "guildId" TEXT NOT NULL,
    "rules" JSONB NOT NULL,
    "rulesHash" TEXT NOT NULL,
    "acceptedAt" TIMESTAMPTZ(3) NOT NULL,
    "acceptedBy" TEXT NOT NULL,

    CONSTRAINT "AcceptedRules_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "AcceptedRules_guildId_acceptedAt_idx" ON "AcceptedRules"("guildId", "acceptedAt");
