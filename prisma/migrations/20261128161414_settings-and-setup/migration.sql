-- AlterTable
ALTER TABLE "Installation" ADD COLUMN     "welcomedAt" TIMESTAMPTZ(3);

-- Reeve that is upgraded was installed long ago: it needs no welcome.
UPDATE "Installation" SET "welcomedAt" = "installedAt";

-- CreateTable
CREATE TABLE "Setting" (
    "guildId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "setAt" TIMESTAMPTZ(3) NOT NULL,
    "setBy" TEXT NOT NULL,

    CONSTRAINT "Setting_pkey" PRIMARY KEY ("guildId","name")
);

-- CreateTable
CREATE TABLE "SetupDraft" (
    "guildId" TEXT NOT NULL,
    "values" JSONB NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedBy" TEXT NOT NULL,

    CONSTRAINT "SetupDraft_pkey" PRIMARY KEY ("guildId")
);
