-- Only released data is attached (Art 28 ¶1), whichever way it comes.
create trigger attachment_released before insert or update on resources.attachment
  for each row execute function risk.require_release('data_version_id', 'state', 'attached');
--> statement-breakpoint
-- Data belongs to the institution of the entry, and to an entry that is published at that moment.
create function resources.guard_attachment() returns trigger language plpgsql as $$
begin
  if not exists (select from resources.entry e join data.data_version d on d.organization_id = e.organization_id
      where e.id = new.entry_id and d.id = new.data_version_id) then
    raise exception 'data is attached to entries of its own institution' using errcode = 'restrict_violation';
  end if;
  if not exists (select from resources.entry_version v
      where v.id = new.entry_version_id and v.entry_id = new.entry_id and v.state = 'published') then
    raise exception 'data is attached to what is published' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger attachment_guarded before insert on resources.attachment
  for each row execute function resources.guard_attachment();
--> statement-breakpoint
create trigger attachment_append_only before update or delete on resources.attachment
  for each row execute function kernel.refuse_change();
--> statement-breakpoint
create trigger attachment_no_truncate before truncate on resources.attachment
  for each statement execute function kernel.refuse_change();
--> statement-breakpoint
-- What was handed in stays as it was read: its content changes only in work, and what was public is never deleted.
create function resources.keep_version() returns trigger language plpgsql as $$
declare
  carried text[] := array['state', 'reason', 'submitted_by', 'submitted_at', 'reviewed_by', 'reviewer_organization_id',
    'published_at', 'rule_pack', 'words', 'document'];
begin
  if tg_op = 'DELETE' then
    raise exception 'versions of entries are never deleted' using errcode = 'restrict_violation';
  end if;
  if new.entry_id <> old.entry_id or new.version_no <> old.version_no then
    raise exception 'a version keeps its place' using errcode = 'restrict_violation';
  end if;
  if old.state not in ('draft', 'returned') and to_jsonb(new) - carried <> to_jsonb(old) - carried then
    raise exception 'what was handed in is changed only after it is returned' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger entry_version_kept before update or delete on resources.entry_version
  for each row execute function resources.keep_version();
