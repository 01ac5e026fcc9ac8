-- AlterTable
ALTER TABLE "ReconciliationRun" ADD COLUMN     "snapshotDeletedAt" TIMESTAMPTZ(3);
