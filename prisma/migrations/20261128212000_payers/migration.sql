-- AlterTable
ALTER TABLE "ReconciliationRun" ADD COLUMN     "payersRecorded" BOOLEAN;

-- CreateTable
CREATE TABLE "Payer" (
    "guildId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "customerId" TEXT NOT NULL,
    "misread" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "Payer_pkey" PRIMARY KEY ("guildId","name","customerId")
);

-- CreateIndex
CREATE INDEX "Payer_guildId_customerId_idx" ON "Payer"("guildId", "customerId");

-- CreateIndex
CREATE INDEX "Payer_guildId_misread_idx" ON "Payer"("guildId", "misread");
