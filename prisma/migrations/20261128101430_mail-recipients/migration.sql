-- AlterTable
ALTER TABLE "Delivery" ADD COLUMN     "recipients" JSONB;
