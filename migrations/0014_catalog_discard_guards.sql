-- A draft can be given up and taken back (domain 5.1 knows neither: nobody but its vendor has seen it, or it was returned).
create or replace function catalog.guard_listing() returns trigger language plpgsql as $$
declare
  version catalog.product_version;
begin
  if tg_op = 'DELETE' then
    raise exception 'a listing cannot be deleted' using errcode = 'restrict_violation';
  end if;
  if tg_op = 'INSERT' then
    if new.state <> 'draft' then
      raise exception 'a listing begins as a draft' using errcode = 'restrict_violation';
    end if;
    return new;
  end if;
  if (new.id, new.number, new.product_id, new.version_id, new.vendor_id, new.division, new.created_at)
    is distinct from
    (old.id, old.number, old.product_id, old.version_id, old.vendor_id, old.division, old.created_at) then
    raise exception 'a listing keeps its product version' using errcode = 'restrict_violation';
  end if;
  if new.state <> old.state and (old.state, new.state) not in (values
      ('draft', 'submitted'), ('submitted', 'reviewing'), ('submitted', 'supplementing'), ('supplementing', 'submitted'),
      ('submitted', 'rejected'), ('reviewing', 'rejected'), ('reviewing', 'approved'), ('approved', 'listed'),
      ('listed', 'suspended'), ('suspended', 'listed'), ('listed', 'delisted'), ('suspended', 'delisted'),
      ('listed', 'expired'), ('suspended', 'expired'), ('expired', 'reviewing'),
      ('draft', 'discarded'), ('supplementing', 'discarded'), ('discarded', 'draft')) then
    raise exception 'a listing cannot go from % to %', old.state, new.state using errcode = 'restrict_violation';
  end if;
  if new.state = 'submitted' and old.state <> 'submitted' then
    select * into version from catalog.product_version where id = new.version_id;
    if coalesce(btrim(version.source_statement), '') = '' or version.grade is null or version.facts is null
      or version.grade is distinct from new.grade
      or not exists (select from data.data_version d where d.id = version.data_version_id
        and d.organization_id = new.vendor_id and d.state = 'confirmed')
      or not exists (select from catalog.price_plan p where p.product_id = new.product_id and p.is_current) then
      raise exception 'a listing cannot be submitted without source, grade, confirmed data and price'
        using errcode = 'restrict_violation';
    end if;
  end if;
  return new;
end $$;
