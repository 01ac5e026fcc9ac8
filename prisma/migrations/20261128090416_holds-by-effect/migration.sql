-- AlterTable
ALTER TABLE "Hold" ADD COLUMN     "channelId" TEXT,
ADD COLUMN     "lowering" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "messageId" TEXT;
