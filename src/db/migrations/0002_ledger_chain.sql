-- The database itself chains the record: place, time and hash of a row are never the writer's choice.
-- hash = SHA-256 over the previous hash, position, run, sequence, market time, commit time, kind and body, one per line.
CREATE FUNCTION ledger_row_hash(previous_hash text, place bigint, run_id text, seq bigint, market_at_ms bigint, committed_at timestamptz, kind text, body text)
RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(concat_ws(E'\n', previous_hash, place, run_id, seq, market_at_ms,
    to_char(committed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), kind, body), 'UTF8')), 'hex')
$$;
--> statement-breakpoint
CREATE FUNCTION ledger_chained() RETURNS trigger LANGUAGE plpgsql VOLATILE AS $$
DECLARE head record;
BEGIN
  SELECT position, hash INTO head FROM ledger ORDER BY position DESC LIMIT 1;
  NEW.position := coalesce(head.position, 0) + 1;
  NEW.previous_hash := coalesce(head.hash, repeat('0', 64));
  NEW.committed_at := clock_timestamp();
  NEW.hash := ledger_row_hash(NEW.previous_hash, NEW.position, NEW.run_id, NEW.seq, NEW.market_at_ms, NEW.committed_at, NEW.kind, NEW.body);
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER ledger_chain BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_chained();
