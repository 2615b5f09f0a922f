-- What was listed before there was a gate was reviewed by the rules of its time: its release is taken over from that
-- review, once, for the term of an assessment, so that nothing in force is locked out. The same for data that contracts
-- in force promise and entitlements deliver.
insert into risk.release (data_version_id, sha256, source, grade, state, released_by, released_at, valid_until, rule_pack)
select distinct on (d.id) d.id, d.sha256, 'taken-over', case when l.grade = 'important' then 'important' else 'general' end,
  'released', l.reviewed_by, coalesce(l.reviewed_at, l.created_at),
  transaction_timestamp() + coalesce((select offset_ms from kernel.clock where id = 1), 0) * interval '1 millisecond'
    + interval '12 months',
  l.rule_pack
from catalog.listing l
join catalog.product_version v on v.id = l.version_id
join data.data_version d on d.id = v.data_version_id
where l.reviewed_by is not null and l.grade is distinct from 'core'
  and (l.state in ('listed', 'suspended')
    or exists (select from contracts.contract c where c.data_version_id = d.id
      and c.state in ('agreed', 'partly_signed', 'signed', 'effective', 'performing', 'suspended'))
    or exists (select from delivery.entitlement e where e.data_version_id = d.id and e.state in ('active', 'suspended')))
order by d.id, l.reviewed_at desc nulls last;
--> statement-breakpoint
-- Whether a version may be published, contracted and delivered now: released, for these very bytes, and not run out.
create function risk.is_released(version uuid) returns boolean language sql stable as $$
  select exists (
    select from risk.release r
    join data.data_version d on d.id = r.data_version_id and d.sha256 = r.sha256
    where r.data_version_id = version and r.state = 'released' and r.grade <> 'core'
      and r.valid_until > transaction_timestamp()
        + coalesce((select offset_ms from kernel.clock where id = 1), 0) * interval '1 millisecond')
$$;
--> statement-breakpoint
-- The gate, for any table that puts a version to use. Arguments: the column of the version, the column of the state, and
-- the states (comma-separated) that may only be entered by a released version.
create function risk.require_release() returns trigger language plpgsql as $$
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
  if not risk.is_released(version) then
    raise exception 'data version % is not released', version
      using errcode = 'check_violation', constraint = 'data_not_released';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- A grade, an assessment and a release are bound to the bytes they were made for.
create function risk.keep_binding() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'what was decided about risk is never deleted' using errcode = 'restrict_violation';
  end if;
  if not exists (select from data.data_version d where d.id = new.data_version_id and d.sha256 = new.sha256) then
    raise exception 'a decision about risk names the bytes of its version' using errcode = 'restrict_violation';
  end if;
  if tg_op = 'UPDATE' and new.data_version_id <> old.data_version_id then
    raise exception 'a decision about risk keeps its version' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger data_grade_bound before insert or update or delete on risk.data_grade
  for each row execute function risk.keep_binding();
--> statement-breakpoint
create trigger assessment_bound before insert or update or delete on risk.assessment
  for each row execute function risk.keep_binding();
--> statement-breakpoint
create trigger release_bound before insert or update or delete on risk.release
  for each row execute function risk.keep_binding();
--> statement-breakpoint
-- Second wall behind the service: an assessment goes its life cycle (domain 5.7).
create function risk.guard_assessment() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'assessing' then
      raise exception 'an assessment begins with the provider' using errcode = 'restrict_violation';
    end if;
    return new;
  end if;
  if new.state <> old.state and (old.state, new.state) not in (values
      ('assessing', 'submitted'), ('assessing', 'risk_found'), ('submitted', 'reviewing'),
      ('reviewing', 'passed'), ('re_reviewing', 'passed'), ('reviewing', 'conditional'), ('re_reviewing', 'conditional'),
      ('reviewing', 'risk_found'), ('re_reviewing', 'risk_found'), ('passed', 'risk_found'), ('conditional', 'risk_found'),
      ('risk_found', 'handling'), ('handling', 'feedback'), ('feedback', 're_reviewing'),
      ('reviewing', 'withheld'), ('re_reviewing', 'withheld'),
      ('assessing', 'stale'), ('submitted', 'stale'), ('reviewing', 'stale'), ('passed', 'stale'), ('conditional', 'stale'),
      ('handling', 'stale'), ('feedback', 'stale'), ('re_reviewing', 'stale'), ('passed', 'expired'), ('conditional', 'expired')) then
    raise exception 'an assessment cannot go from % to %', old.state, new.state using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger assessment_guarded before insert or update on risk.assessment
  for each row execute function risk.guard_assessment();
--> statement-breakpoint
-- A release stands on a passed review of the same bytes and on the grade in force; none is taken over any more.
create function risk.guard_release() returns trigger language plpgsql as $$
begin
  if new.state <> 'released' then
    return new;
  end if;
  if tg_op = 'UPDATE' and old.state = 'released' and new.assessment_id is not distinct from old.assessment_id
    and new.sha256 = old.sha256 and new.valid_until = old.valid_until and new.grade = old.grade then
    return new;
  end if;
  if new.source <> 'review'
    or not exists (select from risk.assessment a where a.id = new.assessment_id and a.data_version_id = new.data_version_id
      and a.sha256 = new.sha256 and a.state in ('passed', 'conditional') and a.valid_until = new.valid_until)
    or not exists (select from risk.data_grade g where g.data_version_id = new.data_version_id and g.sha256 = new.sha256
      and g.grade = new.grade and g.grade <> 'core' and (g.grade <> 'important' or g.approval is not null)) then
    raise exception 'a version is released by its grade and its passed review only' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger release_guarded before insert or update on risk.release
  for each row execute function risk.guard_release();
--> statement-breakpoint
create function risk.keep_finding() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or (new.id, new.assessment_id, new.severity, new.message, new.demand, new.found_by, new.found_at)
    is distinct from
    (old.id, old.assessment_id, old.severity, old.message, old.demand, old.found_by, old.found_at) then
    raise exception 'a finding stays as it was found' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger finding_kept before update or delete on risk.finding
  for each row execute function risk.keep_finding();
--> statement-breakpoint
create trigger data_scan_append_only before update or delete on data.data_scan
  for each row execute function kernel.refuse_change();
--> statement-breakpoint
create trigger data_scan_no_truncate before truncate on data.data_scan
  for each statement execute function kernel.refuse_change();
