-- CreateTable
CREATE TABLE "Change" (
    "guildId" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "firstAt" TIMESTAMPTZ(3) NOT NULL,
    "queuedAt" TIMESTAMPTZ(3) NOT NULL,
    "dueAt" TIMESTAMPTZ(3) NOT NULL,
    "urgent" BOOLEAN NOT NULL,

    CONSTRAINT "Change_pkey" PRIMARY KEY ("guildId","subject")
);

-- CreateTable
CREATE TABLE "EventCursor" (
    "guildId" TEXT NOT NULL,
    "eventId" TEXT,
    "seen" JSONB NOT NULL,
    "readAt" TIMESTAMPTZ(3) NOT NULL,
    "newestAt" TIMESTAMPTZ(3),

    CONSTRAINT "EventCursor_pkey" PRIMARY KEY ("guildId")
);

-- CreateIndex
CREATE INDEX "Change_guildId_dueAt_idx" ON "Change"("guildId", "dueAt");
