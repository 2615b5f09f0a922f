-- A text that was agreed, signatures and sealed documents never change (电子签名法 Art. 5, 8, 13).
create function contracts.keep_contract() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'a contract cannot be deleted' using errcode = 'restrict_violation';
  end if;
  if (new.number, new.vendor_id, new.buyer_id, new.product_id, new.listing_id, new.data_version_id, new.division,
      new.template_code, new.template_version, new.template_hash, new.created_at)
    is distinct from
     (old.number, old.vendor_id, old.buyer_id, old.product_id, old.listing_id, old.data_version_id, old.division,
      old.template_code, old.template_version, old.template_hash, old.created_at) then
    raise exception 'the identity of a contract cannot be edited' using errcode = 'restrict_violation';
  end if;
  if old.body is not null and (new.body, new.text_hash, new.terms_text, new.terms::text, new.deviations::text,
      new.amount_fen, new.plan_id, new.agreed_at)
    is distinct from (old.body, old.text_hash, old.terms_text, old.terms::text, old.deviations::text,
      old.amount_fen, old.plan_id, old.agreed_at) then
    raise exception 'an agreed contract cannot be edited' using errcode = 'restrict_violation';
  end if;
  if old.pdf_sha256 is not null and (new.pdf_sha256, new.sealed_at, new.effective_at)
    is distinct from (old.pdf_sha256, old.sealed_at, old.effective_at) then
    raise exception 'a sealed contract cannot be edited' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger contract_kept before update or delete on contracts.contract
  for each row execute function contracts.keep_contract();
--> statement-breakpoint
create function contracts.keep_record() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
--> statement-breakpoint
create trigger proposal_kept before update or delete or truncate on contracts.proposal
  for each statement execute function contracts.keep_record();
--> statement-breakpoint
create trigger contract_signature_kept before update or delete or truncate on contracts.contract_signature
  for each statement execute function contracts.keep_record();
