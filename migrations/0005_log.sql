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
-- Whoever records something puts it in the queue; only the registry takes it out.
ALTER TABLE log_queue ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY put_in ON log_queue FOR INSERT TO handslag_app WITH CHECK (true);
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
