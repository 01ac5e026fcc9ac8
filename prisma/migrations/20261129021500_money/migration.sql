-- AlterTable
ALTER TABLE "ReconciliationRun" ADD COLUMN     "money" JSONB;
