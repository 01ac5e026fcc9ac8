-- CreateTable
CREATE TABLE "AuditPerson" (
    "id" TEXT NOT NULL,
    "discordId" TEXT NOT NULL,

    CONSTRAINT "AuditPerson_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "AuditPerson_discordId_key" ON "AuditPerson"("discordId");

-- CreateTable
CREATE TABLE "AuditDetail" (
    "auditId" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "detail" TEXT,

    CONSTRAINT "AuditDetail_pkey" PRIMARY KEY ("auditId")
);

-- AddForeignKey
ALTER TABLE "AuditDetail" ADD CONSTRAINT "AuditDetail_auditId_fkey" FOREIGN KEY ("auditId") REFERENCES "AuditLog"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Once, existing entries get the form of new ones: a person as a random ID, and what is said about a member in a table of its own.
ALTER TABLE "AuditLog" DISABLE TRIGGER "AuditLog_only_grows";

INSERT INTO "AuditPerson" ("id", "discordId")
SELECT 'person:' || gen_random_uuid(), named."discordId" FROM (
    SELECT COALESCE(substring("subject" from '\d{17,20}'), "subject") AS "discordId" FROM "AuditLog" WHERE "action" <> 'setting' AND "subject" IS NOT NULL
    UNION
    SELECT "actor" FROM "AuditLog" WHERE "actor" ~ '^\d+$'
) AS named;

INSERT INTO "AuditDetail" ("auditId", "before", "after", "detail")
SELECT "id", "before", "after", "detail" FROM "AuditLog" WHERE "action" <> 'setting' AND "subject" IS NOT NULL;

UPDATE "AuditLog" AS entry SET "subject" = person."id", "before" = NULL, "after" = NULL, "detail" = NULL
FROM "AuditPerson" AS person
WHERE entry."action" <> 'setting' AND person."discordId" = COALESCE(substring(entry."subject" from '\d{17,20}'), entry."subject");

UPDATE "AuditLog" AS entry SET "actor" = person."id" FROM "AuditPerson" AS person WHERE person."discordId" = entry."actor";

-- Who paused or exempted is the actor of the entry.
UPDATE "AuditLog" SET
    "before" = CASE jsonb_typeof("before") WHEN 'object' THEN "before" - 'pausedBy' ELSE "before" END,
    "after" = CASE jsonb_typeof("after") WHEN 'object' THEN "after" - 'pausedBy' ELSE "after" END
WHERE "action" IN ('pause', 'resume');

UPDATE "AuditDetail" AS about SET
    "before" = CASE jsonb_typeof(about."before")
        WHEN 'array' THEN (SELECT jsonb_agg(item - 'createdBy') FROM jsonb_array_elements(about."before") AS item)
        WHEN 'object' THEN about."before" - 'createdBy'
        ELSE about."before"
    END,
    "after" = CASE jsonb_typeof(about."after") WHEN 'object' THEN about."after" - 'createdBy' ELSE about."after" END
FROM "AuditLog" AS entry WHERE entry."id" = about."auditId" AND entry."action" IN ('exempt', 'end-exemption');

ALTER TABLE "AuditLog" ENABLE TRIGGER "AuditLog_only_grows";

CREATE TRIGGER "AuditDetail_only_grows" BEFORE UPDATE ON "AuditDetail" FOR EACH ROW EXECUTE FUNCTION "keepAuditLog"();

-- What is said about a member can be deleted only once they are forgotten.
CREATE FUNCTION "keepAuditDetail"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    known boolean;
BEGIN
    EXECUTE format(
        'SELECT EXISTS (SELECT 1 FROM %1$I."AuditLog" AS entry JOIN %1$I."AuditPerson" AS person ON person."id" = entry."subject" WHERE entry."id" = $1)',
        TG_TABLE_SCHEMA
    ) INTO known USING OLD."auditId";
    IF known THEN
        RAISE EXCEPTION 'The audit log only grows: nothing in it is changed or deleted.';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER "AuditDetail_of_forgotten" BEFORE DELETE ON "AuditDetail" FOR EACH ROW EXECUTE FUNCTION "keepAuditDetail"();
