-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "SeatTier" AS ENUM ('HOST', 'GUEST', 'SOLO');

-- CreateTable
CREATE TABLE "Member" (
    "key" TEXT NOT NULL,
    "snowflake" TEXT,
    "billingId" TEXT,
    "seat" "SeatTier" NOT NULL DEFAULT 'SOLO',
    "companyKey" TEXT,
    "overdueSince" TIMESTAMP(3),
    "banished" BOOLEAN NOT NULL DEFAULT false,
    "touchedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Member_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "Team" (
    "key" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "billingId" TEXT,
    "ownerSeats" INTEGER NOT NULL DEFAULT 0,
    "otherSeats" INTEGER NOT NULL DEFAULT 0,
    "overdueSince" TIMESTAMP(3),
    "touchedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Team_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "AuditLog" (
    "id" SERIAL NOT NULL,
    "text" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AuditLog_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Member_snowflake_idx" ON "Member"("snowflake");

-- CreateIndex
CREATE INDEX "Member_billingId_idx" ON "Member"("billingId");

-- CreateIndex
CREATE INDEX "Member_companyKey_idx" ON "Member"("companyKey");

-- CreateIndex
CREATE INDEX "Member_touchedAt_idx" ON "Member"("touchedAt");

-- CreateIndex
CREATE INDEX "Team_billingId_idx" ON "Team"("billingId");

-- CreateIndex
CREATE INDEX "Team_touchedAt_idx" ON "Team"("touchedAt");

-- AddForeignKey
ALTER TABLE "Member" ADD CONSTRAINT "Member_companyKey_fkey" FOREIGN KEY ("companyKey") REFERENCES "Team"("key") ON DELETE SET NULL ON UPDATE CASCADE;
