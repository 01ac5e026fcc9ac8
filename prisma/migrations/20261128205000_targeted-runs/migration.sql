-- AlterTable
ALTER TABLE "ReconciliationRun" ADD COLUMN     "onlyMembers" JSONB;
