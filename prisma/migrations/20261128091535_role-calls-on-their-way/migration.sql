-- AlterTable
ALTER TABLE "FixAttempt" ADD COLUMN     "changingUntil" TIMESTAMPTZ(3);
