-- DropIndex
DROP INDEX "Member_updatedAt_idx";

-- DropIndex
DROP INDEX "Team_updatedAt_idx";
