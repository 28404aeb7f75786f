-- Whoever is a customer stays that customer: bound to another account, somebody would be served what another has paid for.
CREATE FUNCTION refuse_rebinding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'billing_customers: % is bound to its account for ever', OLD.customer_id USING ERRCODE = 'integrity_constraint_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER billing_customers_bound BEFORE UPDATE OF user_id, customer_id ON billing_customers FOR EACH ROW
  WHEN (OLD.user_id IS DISTINCT FROM NEW.user_id OR OLD.customer_id IS DISTINCT FROM NEW.customer_id) EXECUTE FUNCTION refuse_rebinding();
--> statement-breakpoint
-- One wish is under way at a time: a double click finds the first.
CREATE UNIQUE INDEX billing_acts_under_way ON billing_acts (user_id, kind, md5(wish::text)) WHERE settled_at IS NULL;
