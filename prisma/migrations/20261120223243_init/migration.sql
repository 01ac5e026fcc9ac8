-- CreateEnum
CREATE TYPE "SeatTier" AS ENUM ('OWNER', 'TEAM_MEMBER', 'INDIVIDUAL');

-- CreateEnum
CREATE TYPE "RunStatus" AS ENUM ('RUNNING', 'COMPLETED', 'FAILED');

-- CreateEnum
CREATE TYPE "IssueStatus" AS ENUM ('OPEN', 'FIXING', 'FIXED', 'RESOLVED');

-- CreateTable
CREATE TABLE "Member" (
    "id" TEXT NOT NULL,
    "discordId" TEXT,
    "stripeCustomerId" TEXT,
    "email" TEXT,
    "seatTier" "SeatTier" NOT NULL DEFAULT 'INDIVIDUAL',
    "teamId" TEXT,
    "paymentFailedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Member_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Team" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "stripeCustomerId" TEXT,
    "ownerSeatCount" INTEGER NOT NULL DEFAULT 0,
    "teamSeatCount" INTEGER NOT NULL DEFAULT 0,
    "paymentFailedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Team_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Exemption" (
    "id" TEXT NOT NULL,
    "discordId" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3),

    CONSTRAINT "Exemption_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ManagedRole" (
    "guildId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "roleId" TEXT NOT NULL,
    "resolvedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ManagedRole_pkey" PRIMARY KEY ("guildId","name")
);

-- CreateTable
CREATE TABLE "SeenDebt" (
    "subscriptionId" TEXT NOT NULL,
    "firstSeenAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "SeenDebt_pkey" PRIMARY KEY ("subscriptionId")
);

-- CreateTable
CREATE TABLE "Lease" (
    "name" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Lease_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "Installation" (
    "guildId" TEXT NOT NULL,
    "installedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Installation_pkey" PRIMARY KEY ("guildId")
);

-- CreateTable
CREATE TABLE "ReconciliationRun" (
    "id" TEXT NOT NULL,
    "guildId" TEXT NOT NULL,
    "status" "RunStatus" NOT NULL DEFAULT 'RUNNING',
    "startedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completedAt" TIMESTAMPTZ(3),
    "triggeredBy" TEXT NOT NULL,
    "requestedBy" TEXT,
    "scheduledDay" TEXT,
    "isVerificationRun" BOOLEAN NOT NULL DEFAULT false,
    "autoFixEnabled" BOOLEAN NOT NULL DEFAULT false,
    "membersChecked" INTEGER NOT NULL DEFAULT 0,
    "teamsChecked" INTEGER NOT NULL DEFAULT 0,
    "issuesFound" INTEGER NOT NULL DEFAULT 0,
    "issuesFixed" INTEGER NOT NULL DEFAULT 0,
    "issues" JSONB NOT NULL DEFAULT '[]',
    "notices" JSONB NOT NULL DEFAULT '{}',
    "held" JSONB,
    "failure" TEXT,
    "livemode" BOOLEAN,
    "subscriptionsRead" INTEGER,
    "payingCustomers" INTEGER,
    "reportChannelId" TEXT,
    "reportMessageId" TEXT,

    CONSTRAINT "ReconciliationRun_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Issue" (
    "id" TEXT NOT NULL,
    "guildId" TEXT NOT NULL,
    "discordId" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "status" "IssueStatus" NOT NULL DEFAULT 'OPEN',
    "liveKey" TEXT,
    "planHash" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "firstSeenAt" TIMESTAMPTZ(3) NOT NULL,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL,
    "timesSeen" INTEGER NOT NULL DEFAULT 1,
    "lastRunId" TEXT NOT NULL,
    "settledAt" TIMESTAMPTZ(3),

    CONSTRAINT "Issue_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "FixAttempt" (
    "id" TEXT NOT NULL,
    "issueId" TEXT NOT NULL,
    "runId" TEXT,
    "actor" TEXT NOT NULL,
    "planHash" TEXT NOT NULL,
    "add" JSONB NOT NULL,
    "remove" JSONB NOT NULL,
    "rolesBefore" JSONB,
    "rolesAfter" JSONB,
    "outcome" TEXT,
    "error" TEXT,
    "startedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completedAt" TIMESTAMPTZ(3),
    "claimExpires" TIMESTAMPTZ(3) NOT NULL,
    "takenOverAt" TIMESTAMPTZ(3),

    CONSTRAINT "FixAttempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AuditLog" (
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT,
    "before" JSONB,
    "after" JSONB,
    "outcome" TEXT NOT NULL,
    "detail" TEXT,

    CONSTRAINT "AuditLog_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Member_discordId_idx" ON "Member"("discordId");

-- CreateIndex
CREATE INDEX "Member_stripeCustomerId_idx" ON "Member"("stripeCustomerId");

-- CreateIndex
CREATE INDEX "Member_teamId_idx" ON "Member"("teamId");

-- CreateIndex
CREATE INDEX "Member_updatedAt_idx" ON "Member"("updatedAt");

-- CreateIndex
CREATE INDEX "Team_stripeCustomerId_idx" ON "Team"("stripeCustomerId");

-- CreateIndex
CREATE INDEX "Team_updatedAt_idx" ON "Team"("updatedAt");

-- CreateIndex
CREATE INDEX "Exemption_discordId_idx" ON "Exemption"("discordId");

-- CreateIndex
CREATE INDEX "ReconciliationRun_startedAt_idx" ON "ReconciliationRun"("startedAt");

-- CreateIndex
CREATE UNIQUE INDEX "ReconciliationRun_guildId_scheduledDay_key" ON "ReconciliationRun"("guildId", "scheduledDay");

-- CreateIndex
CREATE UNIQUE INDEX "Issue_liveKey_key" ON "Issue"("liveKey");

-- CreateIndex
CREATE INDEX "Issue_guildId_status_idx" ON "Issue"("guildId", "status");

-- CreateIndex
CREATE INDEX "Issue_discordId_idx" ON "Issue"("discordId");

-- CreateIndex
CREATE INDEX "Issue_lastRunId_idx" ON "Issue"("lastRunId");

-- CreateIndex
CREATE INDEX "FixAttempt_issueId_idx" ON "FixAttempt"("issueId");

-- CreateIndex
CREATE INDEX "FixAttempt_outcome_idx" ON "FixAttempt"("outcome");

-- CreateIndex
CREATE INDEX "AuditLog_at_idx" ON "AuditLog"("at");

-- CreateIndex
CREATE INDEX "AuditLog_subject_idx" ON "AuditLog"("subject");

-- AddForeignKey
ALTER TABLE "Member" ADD CONSTRAINT "Member_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Issue" ADD CONSTRAINT "Issue_lastRunId_fkey" FOREIGN KEY ("lastRunId") REFERENCES "ReconciliationRun"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FixAttempt" ADD CONSTRAINT "FixAttempt_issueId_fkey" FOREIGN KEY ("issueId") REFERENCES "Issue"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
