-- CreateTable
CREATE TABLE "DatabaseOwner" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "guildId" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "DatabaseOwner_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "DatabaseOwner_one_row" CHECK ("id" = 1)
);

-- A database in use belongs to the guild of its newest completed run.
INSERT INTO "DatabaseOwner" ("guildId")
SELECT "guildId" FROM "ReconciliationRun" WHERE "status" = 'COMPLETED' ORDER BY "startedAt" DESC LIMIT 1;
