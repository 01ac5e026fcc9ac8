-- What open issues are searched by: the member's name and the description, in lower case. Cut, because an index entry is limited to 2.7 kB.
ALTER TABLE "Issue" ADD COLUMN     "searchText" TEXT GENERATED ALWAYS AS (
    left(lower(detail->>'discordName'), 100) || E'\n' || left(lower(detail->>'description'), 200)
) STORED;

-- Open issues in the order in which they are listed, with all that a search compares: it reads the index alone.
CREATE INDEX "Issue_search_idx" ON "Issue" ("guildId", array_position(ARRAY['HIGH', 'MEDIUM', 'LOW'], severity), "firstSeenAt", id)
    INCLUDE (severity, type, "discordId", "planHash", "searchText") WHERE status = 'OPEN';
