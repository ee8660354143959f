-- The log is added to by the registry itself, and read by everybody: positions, hashes and roots say nothing of what was agreed.
GRANT SELECT, INSERT ON log_entries, log_nodes, checkpoints, receipts TO handslag_app;
--> statement-breakpoint
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['log_entries', 'log_nodes', 'checkpoints'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY for_all ON %I FOR SELECT TO handslag_app USING (true)', name);
    EXECUTE format('CREATE POLICY by_the_registry ON %I FOR INSERT TO handslag_app
      WITH CHECK ((SELECT acting_kind()) = ''registry'')', name);
  END LOOP;
END $$;
--> statement-breakpoint
-- What is recorded is in the queue by that alone, by the owner's rights: the application can put nothing there that is not in the ledger.
CREATE FUNCTION queue_for_log() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.log_queue (stream_id, revision, hash) SELECT stream_id, revision, hash FROM added;
  RETURN NULL;
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION queue_for_log() FROM PUBLIC;
--> statement-breakpoint
CREATE TRIGGER queue_for_log AFTER INSERT ON ledger REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_for_log();
--> statement-breakpoint
-- Only the registry takes it out.
GRANT SELECT, DELETE ON log_queue TO handslag_app;
--> statement-breakpoint
ALTER TABLE log_queue ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY look ON log_queue FOR SELECT TO handslag_app USING ((SELECT acting_kind()) = 'registry');
--> statement-breakpoint
CREATE POLICY take_out ON log_queue FOR DELETE TO handslag_app USING ((SELECT acting_kind()) = 'registry');
--> statement-breakpoint
-- Receipts are for those at the table.
ALTER TABLE receipts ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY at_table ON receipts TO handslag_app USING (
  EXISTS (SELECT FROM seats s WHERE s.agreement_id = receipts.agreement_id AND s.organisation_id = (SELECT acting_organisation())));
