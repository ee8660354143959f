-- The second wall: row-level security. Every transaction says for whom it is (store/transaction.ts); what its organisation has no part in
-- is not there for it, whatever the program asks. The tables' owner passes by it: migrations, rebuilding, and the views below.
CREATE FUNCTION acting_kind() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(current_setting('handslag.kind', true), '');
--> statement-breakpoint
CREATE FUNCTION acting_actor() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(current_setting('handslag.actor', true), '');
--> statement-breakpoint
-- A setting that ended with its transaction is empty, not absent.
CREATE FUNCTION acting_organisation() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('handslag.organisation', true), '')::uuid;
--> statement-breakpoint
-- What policies look up: views of the owner's, so that looking up is not itself narrowed. They hold ids only.
CREATE VIEW seats AS SELECT agreement_id, organisation_id FROM parties WHERE here;
--> statement-breakpoint
CREATE VIEW memberships AS SELECT network_id, organisation_id FROM network_members WHERE here;
--> statement-breakpoint
CREATE VIEW stream_types AS SELECT id, type FROM streams;
--> statement-breakpoint
-- What the one read beside every transaction reads; it carries in its statement who may (store/agreement.ts, currentVersion).
CREATE VIEW publications_of_all AS SELECT agreement_id, visibility, network_id, adopted FROM publications;
--> statement-breakpoint
CREATE VIEW version_periods AS
  SELECT f.agreement_id, f.from_at, f.until_at, f.known_at, f.replaced_at, v.number, v.doc
  FROM in_force f JOIN versions v ON v.agreement_id = f.agreement_id AND v.number = f.version;
--> statement-breakpoint
GRANT SELECT ON seats, memberships, stream_types, publications_of_all, version_periods TO handslag_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON publications TO handslag_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON answers TO handslag_app;
--> statement-breakpoint
-- What belongs to an agreement is there for those at its table. A new one has no table yet: its first rows are written before anybody
-- can be seen to sit there, and nobody can know its id. (A scalar subquery: NOT EXISTS would be planned as a hash of all streams.)
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['publications', 'parties', 'mandates', 'roles', 'transfers', 'rounds', 'impasses', 'contributions',
    'hearings', 'stances', 'meetings', 'commitments', 'reflections', 'versions', 'in_force'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY at_table ON %1$I TO handslag_app USING (
        EXISTS (SELECT FROM seats s WHERE s.agreement_id = %1$I.agreement_id AND s.organisation_id = (SELECT acting_organisation()))
        OR (SELECT s.id FROM stream_types s WHERE s.id = %1$I.agreement_id) IS NULL)', name);
  END LOOP;
END $$;
--> statement-breakpoint
ALTER TABLE agreements ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY at_table ON agreements TO handslag_app USING (
  EXISTS (SELECT FROM seats s WHERE s.agreement_id = agreements.id AND s.organisation_id = (SELECT acting_organisation()))
  OR (SELECT s.id FROM stream_types s WHERE s.id = agreements.id) IS NULL);
--> statement-breakpoint
-- Adopted versions, and nothing else, show beyond the table: to everybody or to the network, as the parties chose.
CREATE POLICY published ON publications FOR SELECT TO handslag_app USING (
  adopted AND (visibility = 'public' OR (visibility = 'network' AND EXISTS (
    SELECT FROM memberships m WHERE m.network_id = publications.network_id AND m.organisation_id = (SELECT acting_organisation())))));
--> statement-breakpoint
CREATE POLICY published ON versions FOR SELECT TO handslag_app
  USING (EXISTS (SELECT FROM publications p WHERE p.agreement_id = versions.agreement_id));
--> statement-breakpoint
CREATE POLICY published ON in_force FOR SELECT TO handslag_app
  USING (EXISTS (SELECT FROM publications p WHERE p.agreement_id = in_force.agreement_id));
--> statement-breakpoint
-- A network is there for its members.
ALTER TABLE networks ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE network_members ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY members ON networks TO handslag_app USING (
  EXISTS (SELECT FROM memberships m WHERE m.network_id = networks.id AND m.organisation_id = (SELECT acting_organisation()))
  OR (SELECT acting_kind()) = 'registry'
  OR (SELECT s.id FROM stream_types s WHERE s.id = networks.id) IS NULL);
--> statement-breakpoint
CREATE POLICY members ON network_members TO handslag_app USING (
  EXISTS (SELECT FROM memberships m WHERE m.network_id = network_members.network_id AND m.organisation_id = (SELECT acting_organisation()))
  OR (SELECT s.id FROM stream_types s WHERE s.id = network_members.network_id) IS NULL);
--> statement-breakpoint
-- Who is who is there for everybody the registry knows; an organisation writes its own, and the operator registers it. Applications are
-- their organisation's own affair. Accounts are read before it is known who asks: they are what tells.
DO $$
DECLARE name text; own text;
BEGIN
  FOREACH name IN ARRAY ARRAY['organisations', 'organisation_identifiers', 'people', 'desks', 'applications', 'accounts'] LOOP
    own := format('%I = (SELECT acting_organisation()) OR (SELECT acting_kind()) IN (''operator'', ''registry'')',
      CASE name WHEN 'organisations' THEN 'id' ELSE 'organisation_id' END);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own ON %I TO handslag_app USING (%s)', name, own);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['organisations', 'organisation_identifiers', 'people', 'desks'] LOOP
    EXECUTE format('CREATE POLICY known ON %I FOR SELECT TO handslag_app
      USING ((SELECT acting_kind()) IN (''person'', ''application'', ''operator'', ''registry''))', name);
  END LOOP;
END $$;
--> statement-breakpoint
CREATE POLICY before_anybody ON accounts FOR SELECT TO handslag_app USING (true);
--> statement-breakpoint
-- Streams, their history and what it says: for those at the table, in the network, or of the organisation; the operator's are the
-- organisations. Entries are made by whose transaction it is, and by nobody else.
DO $$
DECLARE name text; id text; part text;
BEGIN
  FOREACH name IN ARRAY ARRAY['streams', 'ledger', 'ledger_payloads', 'snapshots'] LOOP
    id := format('%I.%I', name, CASE name WHEN 'streams' THEN 'id' ELSE 'stream_id' END);
    part := format($policy$
      EXISTS (SELECT FROM seats s WHERE s.agreement_id = %1$s AND s.organisation_id = (SELECT acting_organisation()))
      OR %1$s = (SELECT acting_organisation())
      OR EXISTS (SELECT FROM memberships m WHERE m.network_id = %1$s AND m.organisation_id = (SELECT acting_organisation()))
      OR (SELECT acting_kind()) = 'registry'
      OR ((SELECT acting_kind()) = 'operator' AND EXISTS (SELECT FROM stream_types t WHERE t.id = %1$s AND t.type = 'organisation'))
      OR (SELECT t.id FROM stream_types t WHERE t.id = %1$s) IS NULL$policy$, id);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY part ON %I TO handslag_app USING (%s)', name, part);
  END LOOP;
END $$;
--> statement-breakpoint
CREATE POLICY own_acts ON ledger AS RESTRICTIVE FOR INSERT TO handslag_app
  WITH CHECK (actor_id = (SELECT acting_actor()) AND organisation_id IS NOT DISTINCT FROM (SELECT acting_organisation()));
--> statement-breakpoint
ALTER TABLE answers ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY own ON answers TO handslag_app
  USING (caller_id = (SELECT acting_actor()) OR (SELECT acting_kind()) = 'registry');
--> statement-breakpoint
-- Made for agreements that were there before these tables were.
INSERT INTO publications (agreement_id, kind, visibility, network_id, adopted)
  SELECT id, kind, visibility, network_id, EXISTS (SELECT FROM versions v WHERE v.agreement_id = agreements.id) FROM agreements;
--> statement-breakpoint
INSERT INTO log_queue (stream_id, revision, hash) SELECT stream_id, revision, hash FROM ledger;
