-- A run's issues are written once and read whole: as jsonb, fifty thousand of them took the database 300 MB of memory to build.
-- AlterTable
ALTER TABLE "ReconciliationRun" ALTER COLUMN "issues" SET DATA TYPE JSON;
