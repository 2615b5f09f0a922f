CREATE TRIGGER filing_version_append_only BEFORE UPDATE OR DELETE ON registration.filing_version
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
-- one living registration and one filing for a contract: a refused or ended one may be followed by another
CREATE UNIQUE INDEX registration_one_living ON registration.registration (contract_id)
  WHERE state NOT IN ('not_accepted', 'rejected', 'cancelled', 'revoked');
--> statement-breakpoint
CREATE UNIQUE INDEX filing_one_living ON registration.filing (contract_id) WHERE state <> 'closed';
