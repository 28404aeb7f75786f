-- What a person may see now: the highest of what was bought and what was given, by the clock that releases are judged by.
-- Nothing else answers this question; pages, streams, keys and channels ask here.
CREATE FUNCTION tier_rank(tier text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT CASE tier WHEN 'premium' THEN 2 WHEN 'basic' THEN 1 WHEN 'free' THEN 0 END
$$;
--> statement-breakpoint
CREATE FUNCTION entitled_tier(of_user uuid) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT coalesce((
    SELECT held.tier FROM (
      SELECT s.tier FROM subscriptions s WHERE s.user_id = of_user AND s.access_until > policy_now()
      UNION ALL
      SELECT c.tier FROM comps c
      WHERE c.user_id = of_user AND c.revoked_at IS NULL AND c.starts_at <= policy_now()
        AND (c.ends_at IS NULL OR c.ends_at > policy_now())
    ) held
    WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = of_user AND u.banned_at IS NOT NULL)
    ORDER BY tier_rank(held.tier) DESC LIMIT 1
  ), 'free')
$$;
--> statement-breakpoint
-- Tiers that were written into accounts before there was anything to buy.
INSERT INTO comps (user_id, tier, actor, reason)
  SELECT id, tier, '{"kind":"system","name":"migration"}'::jsonb, 'held before subscriptions were sold' FROM users WHERE tier <> 'free';
--> statement-breakpoint
-- The database chains the audit log as it does the ledger; writers wait for each other, for there are several.
CREATE FUNCTION audit_row_hash(previous_hash text, place bigint, at timestamptz, actor text, action text, user_id uuid, before text, after text, cause text, address text)
RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(jsonb_build_array(previous_hash, place,
    to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), actor, action, user_id, before, after, cause, address)::text, 'UTF8')), 'hex')
$$;
--> statement-breakpoint
CREATE FUNCTION audit_chained() RETURNS trigger LANGUAGE plpgsql VOLATILE AS $$
DECLARE head record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('quanticity.audit'));
  SELECT position, hash INTO head FROM audit_log ORDER BY position DESC LIMIT 1;
  NEW.position := coalesce(head.position, 0) + 1;
  NEW.previous_hash := coalesce(head.hash, repeat('0', 64));
  NEW.at := clock_timestamp();
  NEW.hash := audit_row_hash(NEW.previous_hash, NEW.position, NEW.at, NEW.actor, NEW.action, NEW.user_id, NEW.before, NEW.after, NEW.cause, NEW.address);
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER audit_log_chain BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_chained();
--> statement-breakpoint
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
