-- What the catalog has and nobody answered is not asked: no form is submitted, reviewed or registered with such a field.
create function collection.require_settled() returns trigger language plpgsql as $$
begin
  if new.state in ('submitted', 'reviewing', 'registered') and (tg_op = 'INSERT' or old.state <> new.state)
    and exists (
      select from collection.planned_field f
      where f.form_id = new.id and f.answer is distinct from 'dropped'
        and not (f.hits <@ (case when f.answer is null then '{}'::text[] else f.answered_hits end))
    )
  then
    raise exception 'a field of form % can be had by sharing', new.id
      using errcode = 'check_violation', constraint = 'planned_form_settled';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger planned_form_settled before insert or update on collection.planned_form
  for each row execute function collection.require_settled();
--> statement-breakpoint
-- What was handed in is what is reviewed: answers and fields stay until the form is returned.
create function collection.keep_fields() returns trigger language plpgsql as $$
declare
  form uuid := case when tg_op = 'DELETE' then old.form_id else new.form_id end;
begin
  if exists (select from collection.planned_form p where p.id = form and p.state not in ('draft', 'returned')) then
    if tg_op = 'UPDATE' and new.form_id = old.form_id and new.name_zh = old.name_zh
      and new.answer is not distinct from old.answer and new.answer_reason is not distinct from old.answer_reason
      and new.answered_hits = old.answered_hits then
      return new;
    end if;
    raise exception 'the fields of form % were handed in', form using errcode = 'restrict_violation';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
--> statement-breakpoint
create trigger planned_field_kept before insert or update or delete on collection.planned_field
  for each row execute function collection.keep_fields();
