-- Whoever had an account before addresses were proved keeps it.
UPDATE users SET email_verified_at = created_at WHERE email_verified_at IS NULL;
--> statement-breakpoint
-- A session of before proves nothing about the last ten minutes.
UPDATE sessions SET authenticated_at = created_at, last_seen_at = created_at;
--> statement-breakpoint
-- Counts of attempts need not outlive a crash of the database.
ALTER TABLE rate_limits SET UNLOGGED;
