-- AlterTable
ALTER TABLE "ReconciliationRun" ADD COLUMN     "news" JSONB;
