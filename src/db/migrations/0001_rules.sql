-- The one clock of the release policy. Everything that asks "may this be seen yet?" asks this function.
CREATE FUNCTION policy_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT clock_timestamp() $$;
--> statement-breakpoint
CREATE FUNCTION release_delay(tier text) RETURNS interval LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT CASE tier WHEN 'premium' THEN interval '0' WHEN 'basic' THEN interval '60 seconds' WHEN 'free' THEN interval '300 seconds' END
$$;
--> statement-breakpoint
-- A release time is never the writer's choice: it is the event's emission plus its tier's delay, by the database's clock.
CREATE FUNCTION signal_event_stamped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.emitted_at := policy_now();
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER signal_events_stamp BEFORE INSERT ON signal_events FOR EACH ROW EXECUTE FUNCTION signal_event_stamped();
--> statement-breakpoint
CREATE FUNCTION signal_event_released() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO releases (tier, signal_event_id, release_at)
    SELECT tier, NEW.id, NEW.emitted_at + release_delay(tier) FROM unnest(ARRAY['premium', 'basic', 'free']) AS tier;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER signal_events_release AFTER INSERT ON signal_events FOR EACH ROW EXECUTE FUNCTION signal_event_released();
--> statement-breakpoint
ALTER TABLE releases ADD CONSTRAINT releases_tier CHECK (tier IN ('premium', 'basic', 'free'));
--> statement-breakpoint
ALTER TABLE ledger ADD CONSTRAINT ledger_position CHECK (position > 0);
--> statement-breakpoint
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: the record is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER signal_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON signal_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER releases_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON releases FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
