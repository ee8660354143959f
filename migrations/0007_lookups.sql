-- The same walls, looked up row by row: each EXISTS becomes a scalar subquery, for which there is one plan, an index lookup. For an
-- EXISTS beside an OR the planner may read everything that an organisation has into a hash first, also for a page of fifty rows.
DO $$
DECLARE
  name text;
  key text;
  seat text := '(SELECT s.agreement_id FROM seats s WHERE s.agreement_id = %1$s AND s.organisation_id = (SELECT acting_organisation())) IS NOT NULL';
  member text := '(SELECT m.network_id FROM memberships m WHERE m.network_id = %1$s AND m.organisation_id = (SELECT acting_organisation())) IS NOT NULL';
  unknown text := '(SELECT t.id FROM stream_types t WHERE t.id = %1$s) IS NULL';
BEGIN
  FOREACH name IN ARRAY ARRAY['agreements', 'publications', 'parties', 'mandates', 'roles', 'transfers', 'rounds', 'impasses', 'contributions',
    'hearings', 'stances', 'meetings', 'commitments', 'reflections', 'versions', 'in_force'] LOOP
    key := format('%I.%I', name, CASE name WHEN 'agreements' THEN 'id' ELSE 'agreement_id' END);
    EXECUTE format('ALTER POLICY at_table ON %I USING (%s)', name, format(seat || ' OR ' || unknown, key));
  END LOOP;
  EXECUTE format('ALTER POLICY at_table ON receipts USING (%s)', format(seat, 'receipts.agreement_id'));
  EXECUTE format('ALTER POLICY published ON publications USING (adopted AND (visibility = ''public'' OR (visibility = ''network'' AND %s)))',
    format(member, 'publications.network_id'));
  FOREACH name IN ARRAY ARRAY['versions', 'in_force'] LOOP
    EXECUTE format('ALTER POLICY published ON %1$I
      USING ((SELECT p.agreement_id FROM publications p WHERE p.agreement_id = %1$I.agreement_id) IS NOT NULL)', name);
  END LOOP;
  EXECUTE format('ALTER POLICY members ON networks USING (%s)',
    format(member || ' OR (SELECT acting_kind()) = ''registry'' OR ' || unknown, 'networks.id'));
  EXECUTE format('ALTER POLICY members ON network_members USING (%s)', format(member || ' OR ' || unknown, 'network_members.network_id'));
  FOREACH name IN ARRAY ARRAY['streams', 'ledger', 'ledger_payloads', 'snapshots'] LOOP
    key := format('%I.%I', name, CASE name WHEN 'streams' THEN 'id' ELSE 'stream_id' END);
    EXECUTE format('ALTER POLICY part ON %I USING (%s)', name, format(
      seat || ' OR %1$s = (SELECT acting_organisation()) OR ' || member || ' OR (SELECT acting_kind()) = ''registry''
        OR ((SELECT acting_kind()) = ''operator'' AND (SELECT t.type FROM stream_types t WHERE t.id = %1$s) = ''organisation'')
        OR ' || unknown, key));
  END LOOP;
END $$;
--> statement-breakpoint
-- Said as a value that is true or false, and not as a comparison: of that the planner expects half of the rows, of this next to none, and
-- would read the whole queue for a batch.
ALTER POLICY look ON log_queue USING ((SELECT acting_kind() = 'registry'));
--> statement-breakpoint
ALTER POLICY take_out ON log_queue USING ((SELECT acting_kind() = 'registry'));
