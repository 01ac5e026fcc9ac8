-- CreateTable
CREATE TABLE "RoleChange" (
    "guildId" TEXT NOT NULL,
    "entryId" TEXT NOT NULL,
    "roleId" TEXT NOT NULL,
    "granted" BOOLEAN NOT NULL,
    "discordId" TEXT NOT NULL,
    "changedBy" TEXT NOT NULL,
    "byBot" BOOLEAN,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "RoleChange_pkey" PRIMARY KEY ("entryId","roleId","granted")
);

-- CreateTable
CREATE TABLE "RoleHistory" (
    "guildId" TEXT NOT NULL,
    "coveredSince" TIMESTAMPTZ(3) NOT NULL,
    "lastEntryId" TEXT,
    "roleIds" TEXT[],

    CONSTRAINT "RoleHistory_pkey" PRIMARY KEY ("guildId")
);

-- CreateIndex
CREATE INDEX "RoleChange_guildId_discordId_at_idx" ON "RoleChange"("guildId", "discordId", "at");

-- CreateIndex
CREATE INDEX "RoleChange_guildId_at_idx" ON "RoleChange"("guildId", "at");
