-- AlterTable
ALTER TABLE "ReconciliationRun" ADD COLUMN     "onboarding" JSONB;
