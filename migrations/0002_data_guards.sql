-- A version is bound to its bytes: neither they nor what was read from them ever change, and it is never deleted,
-- because contracts and certificates refer to it.
create function data.keep_version() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'a data version cannot be deleted' using errcode = 'restrict_violation';
  end if;
  if (new.id, new.organization_id, new.uploaded_by, new.file_name, new.sha256, new.bytes, new.created_at)
    is distinct from
     (old.id, old.organization_id, old.uploaded_by, old.file_name, old.sha256, old.bytes, old.created_at) then
    raise exception 'a data version is bound to its file' using errcode = 'restrict_violation';
  end if;
  if old.columns is not null and
     (new.format, new.encoding, new.delimiter, new.rows, new.columns::text, new.time_range::text, new.divisions,
      new.sample::text, new.warnings::text)
    is distinct from
     (old.format, old.encoding, old.delimiter, old.rows, old.columns::text, old.time_range::text, old.divisions,
      old.sample::text, old.warnings::text) then
    raise exception 'what was read from a file cannot be edited' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger data_version_kept before update or delete on data.data_version
  for each row execute function data.keep_version();
