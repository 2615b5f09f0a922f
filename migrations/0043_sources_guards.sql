-- A source, and a proposal to be one, stands on an item of a published entry of its own institution and jurisdiction. The
-- entry is held meanwhile, so that it cannot be withdrawn at the same moment.
create function sources.require_published() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (new.element_code, new.division, new.organization_id, new.entry_id, new.item_name,
      new.proposed_by) is distinct from
      (old.element_code, old.division, old.organization_id, old.entry_id, old.item_name, old.proposed_by) then
    raise exception 'a source keeps what it is the source of' using errcode = 'restrict_violation';
  end if;
  if new.state not in ('proposed', 'disputed', 'ready', 'in_force') then
    return new;
  end if;
  perform 1 from resources.entry e where e.id = new.entry_id and e.organization_id = new.organization_id for share;
  if not found or not exists (
      select from resources.entry_version v, jsonb_array_elements(v.items) i
      where v.entry_id = new.entry_id and v.state = 'published' and i ->> 'nameZh' = new.item_name) then
    raise exception 'source % stands on no published item', new.number
      using errcode = 'check_violation', constraint = 'source_entry_published';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger source_on_published before insert or update on sources.source
  for each row execute function sources.require_published();
--> statement-breakpoint
create function sources.keep() returns trigger language plpgsql as $$
begin
  raise exception 'sources and objections are never deleted' using errcode = 'restrict_violation';
end $$;
--> statement-breakpoint
create trigger source_kept before delete on sources.source for each row execute function sources.keep();
--> statement-breakpoint
create trigger dispute_kept before delete on sources.dispute for each row execute function sources.keep();
--> statement-breakpoint
-- No source dangles: when an entry is withdrawn, or its next version drops the item, the source falls vacant and a
-- proposal lapses in the same transaction, whichever program writes. People are told of it from the row.
create function sources.follow_entry() returns trigger language plpgsql as $$
begin
  update sources.source s
  set state = case when s.state = 'in_force' then 'vacant' else 'lapsed' end,
    due_at = null, is_due_provisional = false, escalated_at = null,
    ended_at = date_trunc('milliseconds', transaction_timestamp()
      + coalesce((select offset_ms from kernel.clock where id = 1), 0) * interval '1 millisecond')
  where s.entry_id = new.entry_id and s.state in ('proposed', 'disputed', 'ready', 'in_force')
    and not exists (
      select from resources.entry_version v, jsonb_array_elements(v.items) i
      where v.entry_id = s.entry_id and v.state = 'published' and i ->> 'nameZh' = s.item_name);
  return null;
end $$;
--> statement-breakpoint
-- Deferred, because a new version takes the place of the old one within a transaction.
create constraint trigger entry_followed_by_sources after update on resources.entry_version
  deferrable initially deferred for each row
  when (old.state is distinct from new.state and new.state in ('published', 'superseded', 'withdrawn'))
  execute function sources.follow_entry();
