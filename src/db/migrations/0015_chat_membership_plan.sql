-- As before, but not strict: PostgreSQL then writes it into the queries that use it.
CREATE OR REPLACE FUNCTION tier_rank(tier text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE tier WHEN 'premium' THEN 2 WHEN 'basic' THEN 1 WHEN 'free' THEN 0 END
$$;
--> statement-breakpoint
-- What everybody holds who holds anything, all at once: the same answer as before, worked out for one or for all.
CREATE VIEW entitled_users AS
SELECT held.user_id, CASE max(tier_rank(held.tier)) WHEN 2 THEN 'premium' WHEN 1 THEN 'basic' ELSE 'free' END AS tier
FROM (
  SELECT s.user_id, s.tier FROM subscriptions s WHERE s.access_until > policy_now()
  UNION ALL
  SELECT c.user_id, c.tier FROM comps c
  WHERE c.revoked_at IS NULL AND c.starts_at <= policy_now() AND (c.ends_at IS NULL OR c.ends_at > policy_now())
) held
WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = held.user_id AND u.banned_at IS NOT NULL)
GROUP BY held.user_id;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION entitled_tier(of_user uuid) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT e.tier FROM entitled_users e WHERE e.user_id = of_user), 'free')
$$;
--> statement-breakpoint
-- What is to be done about each seat in each room, and nothing else says so: everybody linked has the room of their own
-- tier, may stay in a lower one, and leaves a higher one. Acts are `admit`, `remove`, `forget`; null is nothing.
-- An act of which it is not known whether it was done is done again, the way that access says now.
CREATE VIEW chat_membership_plan AS
WITH entitled AS (
  SELECT l.vendor, l.chat_user_id, l.user_id, coalesce(e.tier, 'free') AS tier
  FROM chat_links l LEFT JOIN entitled_users e ON e.user_id = l.user_id
), seats AS (
  SELECT e.vendor, r.room, e.chat_user_id, e.user_id, e.tier = r.room AS offered, tier_rank(e.tier) >= tier_rank(r.room) AS allowed
  FROM entitled e CROSS JOIN (VALUES ('premium'), ('basic')) AS r (room)
)
SELECT vendor, room, chat_user_id, coalesce(s.user_id, m.user_id) AS user_id, m.state, m.version, m.leased_until, m.try_after,
  coalesce(s.allowed, false) AS allowed, coalesce(s.offered, false) AS offered,
  CASE
    WHEN coalesce(s.allowed, false) THEN CASE
      WHEN m.state = 'removing' AND NOT s.offered THEN 'remove'
      WHEN m.state IN ('admitting', 'removing') OR (s.offered AND coalesce(m.state, 'outside') = 'outside') THEN 'admit'
    END
    WHEN m.state = 'outside' AND s.user_id IS NULL THEN 'forget'
    WHEN m.state <> 'outside' THEN 'remove'
  END AS act
FROM seats s FULL JOIN chat_memberships m USING (vendor, room, chat_user_id);
--> statement-breakpoint
-- Whoever links has a row for each room: what the vendor's people gave by hand is found where we never acted.
CREATE FUNCTION chat_link_seats() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO chat_memberships (vendor, room, chat_user_id, user_id, looked_at)
  SELECT NEW.vendor, r.room, NEW.chat_user_id, NEW.user_id, '-infinity' FROM (VALUES ('premium'), ('basic')) AS r (room)
  ON CONFLICT (vendor, room, chat_user_id) DO UPDATE SET user_id = EXCLUDED.user_id, try_after = NULL, failures = 0,
    state = CASE chat_memberships.state WHEN 'left' THEN 'outside' ELSE chat_memberships.state END,
    -- An act under way is the person's whoever they belong to: its answer is to be written.
    version = chat_memberships.version + CASE chat_memberships.state WHEN 'left' THEN 1 ELSE 0 END;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER chat_links_seats AFTER INSERT ON chat_links FOR EACH ROW EXECUTE FUNCTION chat_link_seats();
