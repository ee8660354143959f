-- Erasing a person. The application can delete nothing of history, and that stays so: what takes a payload out is the entry that says so.
-- Appending `person-erased` to the stream of an organisation deletes, in the same transaction and by the owner's rights, the payloads and
-- salts of exactly the entries that it names, and only where these say who that person is. So nothing is erased without a trace in the
-- chain, and no trace is left without erasing.
CREATE FUNCTION erase_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  person text;
  named integer[];
  found integer[];
BEGIN
  SELECT p.payload->>'personId', ARRAY(SELECT r::integer FROM jsonb_array_elements_text(p.payload->'revisions') AS r ORDER BY 1)
    INTO person, named
    FROM public.ledger_payloads p WHERE p.stream_id = NEW.stream_id AND p.revision = NEW.revision;
  found := ARRAY(
    SELECT l.revision FROM public.ledger l JOIN public.ledger_payloads p USING (stream_id, revision)
      WHERE l.stream_id = NEW.stream_id AND l.stream_type = 'organisation' AND l.type IN ('person-added', 'person-changed')
        AND p.payload->>'id' = person ORDER BY 1);
  IF NEW.stream_type <> 'organisation' OR cardinality(found) = 0 OR found IS DISTINCT FROM named THEN
    RAISE EXCEPTION 'an erasure names the entries that say who the person is, all of them and no others'
      USING ERRCODE = 'check_violation', TABLE = 'ledger', CONSTRAINT = 'ledger_erasure';
  END IF;
  IF NOT EXISTS (
    SELECT FROM public.ledger l JOIN public.ledger_payloads p USING (stream_id, revision)
      WHERE l.stream_id = NEW.stream_id AND l.type = 'person-left' AND p.payload->>'personId' = person) THEN
    RAISE EXCEPTION 'nobody is erased who is still there' USING ERRCODE = 'check_violation', TABLE = 'ledger', CONSTRAINT = 'ledger_erasure';
  END IF;
  DELETE FROM public.ledger_payloads p WHERE p.stream_id = NEW.stream_id AND p.revision = ANY (found);
  -- What was answered about this person or to the registration of the organisation holds a name, and so may what was asked. The key
  -- stays: who sends that request again is told that it was done (410), and it is not done again.
  UPDATE public.answers a SET status = 410, request_digest = '', headers = '{}', body = NULL
    WHERE a.stream_ids @> ARRAY[NEW.stream_id]
      AND (strpos(a.body, person) > 0 OR strpos(a.body, format('"id":"%s"', NEW.stream_id)) > 0);
  RETURN NULL;
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION erase_person() FROM PUBLIC;
--> statement-breakpoint
CREATE TRIGGER erase_person AFTER INSERT ON ledger FOR EACH ROW WHEN (NEW.type = 'person-erased') EXECUTE FUNCTION erase_person();
