-- No path reads a file that nobody checked or decided about: a version becomes readable only after a passing inspection.
create function data.require_inspection() returns trigger language plpgsql as $$
begin
  if not exists (select from data.data_inspection i where i.data_version_id = new.id
      and i.verdict in ('clean', 'accepted', 'inherited', 'released')) then
    raise exception 'a file is read only after it was checked' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger data_version_inspected before update on data.data_version
  for each row when (old.state = 'profiling' and new.state = 'ready') execute function data.require_inspection();
--> statement-breakpoint
-- What a version was made of stays with it.
create function data.keep_derivation() returns trigger language plpgsql as $$
begin
  if (new.derived_from_id, new.derivation::text) is distinct from (old.derived_from_id, old.derivation::text) then
    raise exception 'the lineage of a data version stays as it is' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger data_version_lineage_kept before update on data.data_version
  for each row execute function data.keep_derivation();
