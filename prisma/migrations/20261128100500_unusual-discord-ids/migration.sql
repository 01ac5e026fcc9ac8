-- Rows whose Discord ID is not the bare number: with spaces, as a mention, in quotes. A fix looks among them for the member; they are few.
CREATE INDEX "Member_unusual_discordId_idx" ON "Member" ("discordId") WHERE "discordId" !~ '^[0-9]{17,20}$';
