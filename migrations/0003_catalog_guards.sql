INSERT INTO catalog.catalog_revision (id, revision) VALUES (1, 0);
--> statement-breakpoint
-- What was submitted stays as it was submitted: a version changes only while its listing is a draft or is supplemented.
create function catalog.keep_version() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'a product version cannot be deleted' using errcode = 'restrict_violation';
  end if;
  if (new.id, new.product_id, new.version_no, new.created_by, new.created_at)
    is distinct from (old.id, old.product_id, old.version_no, old.created_by, old.created_at) then
    raise exception 'a product version keeps its place' using errcode = 'restrict_violation';
  end if;
  if exists (select from catalog.listing l where l.version_id = old.id and l.state not in ('draft', 'supplementing')) then
    raise exception 'a submitted product version cannot be edited' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger product_version_kept before update or delete on catalog.product_version
  for each row execute function catalog.keep_version();
--> statement-breakpoint
-- A contract names the very row it was priced by: a plan is replaced, never changed.
create function catalog.keep_plan() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'a price plan cannot be deleted' using errcode = 'restrict_violation';
  end if;
  if not old.is_current or new.is_current
    or (new.id, new.product_id, new.code, new.version, new.kind, new.amount_fen, new.name_zh, new.name_en, new.created_at)
    is distinct from
    (old.id, old.product_id, old.code, old.version, old.kind, old.amount_fen, old.name_zh, old.name_en, old.created_at) then
    raise exception 'a price plan can only be replaced' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger price_plan_kept before update or delete on catalog.price_plan
  for each row execute function catalog.keep_plan();
--> statement-breakpoint
-- Second wall behind the pre-check: nothing goes to review without a statement of source, a grade and confirmed data of
-- the vendor's own (DSL Art. 33; domain 5.1), and nothing is listed but by its life cycle.
create function catalog.guard_listing() returns trigger language plpgsql as $$
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
      ('listed', 'expired'), ('suspended', 'expired'), ('expired', 'reviewing')) then
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
--> statement-breakpoint
create trigger listing_guarded before insert or update or delete on catalog.listing
  for each row execute function catalog.guard_listing();
--> statement-breakpoint
create function catalog.keep_product() returns trigger language plpgsql as $$
begin
  raise exception 'a data product keeps its number and its vendor' using errcode = 'restrict_violation';
end $$;
--> statement-breakpoint
create trigger data_product_kept before update or delete on catalog.data_product
  for each row execute function catalog.keep_product();
--> statement-breakpoint
-- Only what is listed can be found.
create function catalog.guard_listed() returns trigger language plpgsql as $$
begin
  if not exists (select from catalog.listing l
      where l.id = new.listing_id and l.product_id = new.product_id and l.state = 'listed') then
    raise exception 'only a listed product can be found' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger listed_product_guarded before insert or update on catalog.listed_product
  for each row execute function catalog.guard_listed();
--> statement-breakpoint
-- Counters are changed once a statement, in the order of their keys, so that two publications do not wait in a circle.
create function catalog.count_products(changed catalog.listed_product[], step integer) returns void language sql as $$
  insert into catalog.facet_count as f (facet, value, count)
  select v.facet, v.value, step * count(*)
  from unnest(changed) p
  cross join lateral (values ('all', ''), ('vendor', p.vendor_id::text), ('industry', p.industry), ('theme', p.theme),
    ('type', p.type), ('priceKind', p.price_kind), ('division', p.division), ('format', p.format)) v (facet, value)
  group by v.facet, v.value order by v.facet, v.value
  on conflict (facet, value) do update set count = f.count + excluded.count;
  insert into catalog.token_count as t (token, count)
  select w.token, step * count(*)
  from unnest(changed) p cross join lateral unnest(tsvector_to_array(p.document)) w (token)
  group by w.token order by w.token collate "C"
  on conflict (token) do update set count = t.count + excluded.count;
$$;
--> statement-breakpoint
create function catalog.count_changes() returns trigger language plpgsql as $$
declare
  gone catalog.listed_product[];
  come catalog.listed_product[];
begin
  if tg_op in ('UPDATE', 'DELETE') then
    select array_agg(row(o.*)::catalog.listed_product) into gone from old_rows o;
  end if;
  if tg_op in ('UPDATE', 'INSERT') then
    select array_agg(row(n.*)::catalog.listed_product) into come from new_rows n;
  end if;
  if gone is null and come is null then
    return null;
  end if;
  update catalog.catalog_revision set revision = revision + 1 where id = 1;
  perform catalog.count_products(gone, -1), catalog.count_products(come, 1);
  return null;
end $$;
--> statement-breakpoint
create trigger listed_product_counted_in after insert on catalog.listed_product
  referencing new table as new_rows for each statement execute function catalog.count_changes();
--> statement-breakpoint
create trigger listed_product_counted_out after delete on catalog.listed_product
  referencing old table as old_rows for each statement execute function catalog.count_changes();
--> statement-breakpoint
create trigger listed_product_counted_anew after update on catalog.listed_product
  referencing old table as old_rows new table as new_rows for each statement execute function catalog.count_changes();
