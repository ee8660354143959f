-- What the database promises and Drizzle cannot say: periods that never overlap, and what the application may do.
CREATE EXTENSION IF NOT EXISTS btree_gist;
--> statement-breakpoint
-- At any moment, as known at any moment, at most one version of an agreement holds. Checked at the end of the transaction, because
-- adopting replaces the period of the version before in the same statement.
ALTER TABLE in_force ADD CONSTRAINT in_force_apart EXCLUDE USING gist (
  agreement_id WITH =,
  tstzrange(from_at, until_at) WITH &&,
  tstzrange(known_at, replaced_at) WITH &&
) DEFERRABLE INITIALLY DEFERRED;
--> statement-breakpoint
ALTER TABLE in_force ADD CONSTRAINT in_force_version FOREIGN KEY (agreement_id, version)
  REFERENCES versions (agreement_id, number) DEFERRABLE INITIALLY DEFERRED;
--> statement-breakpoint
-- Whatever a party does under a mandate names a mandate of this agreement.
ALTER TABLE stances ADD CONSTRAINT stances_mandate FOREIGN KEY (agreement_id, mandate_id) REFERENCES mandates (agreement_id, id);
--> statement-breakpoint
ALTER TABLE mandates ADD CONSTRAINT mandates_party FOREIGN KEY (agreement_id, party_id) REFERENCES parties (agreement_id, id);
--> statement-breakpoint
-- History is only added to.
GRANT USAGE ON SCHEMA public TO handslag_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON ledger, ledger_payloads, snapshots, versions TO handslag_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON streams, organisations, organisation_identifiers, people, applications, desks, accounts, networks, network_members,
  agreements, parties, mandates, roles, transfers, rounds, impasses, contributions, hearings, stances, meetings, commitments, reflections,
  in_force TO handslag_app;
