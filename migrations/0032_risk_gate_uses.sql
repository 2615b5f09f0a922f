-- No path puts an ungraded or unreviewed version to use, whichever program writes: nothing is listed (Art 28, 30) …
create function catalog.require_release() returns trigger language plpgsql as $$
declare
  version uuid;
begin
  if new.state <> 'listed' or (tg_op = 'UPDATE' and old.state = 'listed') then
    return new;
  end if;
  select v.data_version_id into version from catalog.product_version v where v.id = new.version_id;
  if version is null or not risk.is_released(version) then
    raise exception 'the data of listing % is not released', new.number
      using errcode = 'check_violation', constraint = 'data_not_released';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger listing_released before insert or update on catalog.listing
  for each row execute function catalog.require_release();
--> statement-breakpoint
-- … nothing is contracted …
create trigger contract_released before insert or update of state, data_version_id on contracts.contract
  for each row execute function risk.require_release('data_version_id', 'state',
    'drafted,negotiating,agreed,partly_signed,signed,effective,performing');
--> statement-breakpoint
-- … and nothing is delivered.
create trigger entitlement_released before insert or update of state, data_version_id on delivery.entitlement
  for each row execute function risk.require_release('data_version_id', 'state', 'active');
