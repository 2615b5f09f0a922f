-- Whether a version is released, and stays so until this transaction ends: who puts it to use and who closes its gate
-- wait for each other, so that nothing is listed, contracted or delivered past a gate that closes at that moment.
create function risk.holds_release(version uuid) returns boolean language plpgsql as $$
begin
  perform from risk.release r where r.data_version_id = version for share;
  return risk.is_released(version);
end $$;
--> statement-breakpoint
create or replace function risk.require_release() returns trigger language plpgsql as $$
declare
  now_row jsonb := to_jsonb(new);
  version uuid := (now_row ->> tg_argv[0])::uuid;
  state text := now_row ->> tg_argv[1];
begin
  if version is null or not (state = any (string_to_array(tg_argv[2], ','))) then
    return new;
  end if;
  if tg_op = 'UPDATE' and to_jsonb(old) ->> tg_argv[1] = state and to_jsonb(old) ->> tg_argv[0] = now_row ->> tg_argv[0] then
    return new;
  end if;
  if not risk.holds_release(version) then
    raise exception 'data version % is not released', version
      using errcode = 'check_violation', constraint = 'data_not_released';
  end if;
  return new;
end $$;
--> statement-breakpoint
create or replace function catalog.require_release() returns trigger language plpgsql as $$
declare
  version uuid;
begin
  if new.state <> 'listed' or (tg_op = 'UPDATE' and old.state = 'listed') then
    return new;
  end if;
  select v.data_version_id into version from catalog.product_version v where v.id = new.version_id;
  if version is null or not risk.holds_release(version) then
    raise exception 'the data of listing % is not released', new.number
      using errcode = 'check_violation', constraint = 'data_not_released';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- Who graded the data, opened or answered its assessment, or handled its risks does not decide on it.
create function risk.keep_reviewer_apart() returns trigger language plpgsql as $$
begin
  if new.state in ('passed', 'conditional', 'withheld') and new.state <> old.state
    and (new.reviewed_by = new.created_by
      or exists (select from risk.finding f where f.assessment_id = new.id and f.handled_by = new.reviewed_by)
      or exists (select from risk.data_grade g where g.data_version_id = new.data_version_id
        and g.decided_by = new.reviewed_by)) then
    raise exception 'who took part in an assessment does not review it' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger assessment_reviewer_apart before update of state on risk.assessment
  for each row execute function risk.keep_reviewer_apart();
