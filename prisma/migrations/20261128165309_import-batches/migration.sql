-- CreateEnum
CREATE TYPE "ImportStatus" AS ENUM ('CHECKED', 'APPLIED', 'UNDONE');

-- CreateTable
CREATE TABLE "ImportBatch" (
    "id" TEXT NOT NULL,
    "guildId" TEXT NOT NULL,
    "status" "ImportStatus" NOT NULL DEFAULT 'CHECKED',
    "format" TEXT NOT NULL,
    "lines" JSONB NOT NULL,
    "written" JSONB NOT NULL DEFAULT '[]',
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "createdBy" TEXT NOT NULL,
    "appliedAt" TIMESTAMPTZ(3),
    "undoneAt" TIMESTAMPTZ(3),

    CONSTRAINT "ImportBatch_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "ImportBatch_guildId_status_idx" ON "ImportBatch"("guildId", "status");
