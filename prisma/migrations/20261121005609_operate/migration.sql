-- CreateEnum
CREATE TYPE "DeliveryStatus" AS ENUM ('PENDING', 'DELIVERED', 'GIVEN_UP');

-- AlterTable
ALTER TABLE "AuditLog" ADD COLUMN     "attemptId" TEXT,
ADD COLUMN     "guildId" TEXT;

-- AlterTable
ALTER TABLE "FixAttempt" ADD COLUMN     "undoes" TEXT,
ADD COLUMN     "verificationId" TEXT;

-- AlterTable
ALTER TABLE "Issue" ADD COLUMN     "cameBackAt" TIMESTAMPTZ(3),
ADD COLUMN     "settledBy" TEXT;

-- AlterTable
ALTER TABLE "ReconciliationRun" ADD COLUMN     "holdReleasedAt" TIMESTAMPTZ(3),
ADD COLUMN     "holdReleasedBy" TEXT,
ADD COLUMN     "onlyMember" TEXT,
ADD COLUMN     "roleHolders" INTEGER,
ADD COLUMN     "verified" JSONB;

-- CreateTable
CREATE TABLE "Pause" (
    "id" TEXT NOT NULL,
    "guildId" TEXT NOT NULL,
    "pausedAt" TIMESTAMPTZ(3) NOT NULL,
    "pausedBy" TEXT NOT NULL,
    "reason" TEXT,
    "until" TIMESTAMPTZ(3),
    "endedAt" TIMESTAMPTZ(3),
    "endedBy" TEXT,

    CONSTRAINT "Pause_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SeenSetting" (
    "guildId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "seenAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "SeenSetting_pkey" PRIMARY KEY ("guildId","name")
);

-- CreateTable
CREATE TABLE "Verification" (
    "id" TEXT NOT NULL,
    "guildId" TEXT NOT NULL,
    "pendingKey" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "dueAt" TIMESTAMPTZ(3) NOT NULL,
    "runId" TEXT,
    "doneAt" TIMESTAMPTZ(3),

    CONSTRAINT "Verification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Delivery" (
    "id" TEXT NOT NULL,
    "guildId" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "status" "DeliveryStatus" NOT NULL DEFAULT 'PENDING',
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "nextTryAt" TIMESTAMPTZ(3) NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "lastError" TEXT,
    "settledAt" TIMESTAMPTZ(3),

    CONSTRAINT "Delivery_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Pause_guildId_pausedAt_idx" ON "Pause"("guildId", "pausedAt");

-- CreateIndex
CREATE UNIQUE INDEX "Verification_pendingKey_key" ON "Verification"("pendingKey");

-- CreateIndex
CREATE INDEX "Verification_guildId_doneAt_idx" ON "Verification"("guildId", "doneAt");

-- CreateIndex
CREATE INDEX "Delivery_guildId_status_nextTryAt_idx" ON "Delivery"("guildId", "status", "nextTryAt");

-- CreateIndex
CREATE UNIQUE INDEX "Delivery_guildId_channel_subject_key" ON "Delivery"("guildId", "channel", "subject");

-- CreateIndex
CREATE INDEX "FixAttempt_undoes_idx" ON "FixAttempt"("undoes");

-- CreateIndex
CREATE INDEX "FixAttempt_verificationId_idx" ON "FixAttempt"("verificationId");

-- AddForeignKey
ALTER TABLE "FixAttempt" ADD CONSTRAINT "FixAttempt_verificationId_fkey" FOREIGN KEY ("verificationId") REFERENCES "Verification"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What has happened has happened: the audit log only grows. (Prisma's schema has no word for a trigger.)
CREATE FUNCTION "keepAuditLog"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit log only grows: nothing in it is changed or deleted.';
END
$$;
CREATE TRIGGER "AuditLog_only_grows" BEFORE UPDATE OR DELETE ON "AuditLog" FOR EACH ROW EXECUTE FUNCTION "keepAuditLog"();
