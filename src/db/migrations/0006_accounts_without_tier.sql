ALTER TABLE "users" DROP CONSTRAINT "users_tier";--> statement-breakpoint
ALTER TABLE "users" DROP COLUMN "tier";