-- Institutions that registered before their kind was asked for (Art 38). A credit code beginning with 1 was issued by the
-- office of public bodies and says what they are; of all others the kind stays open until they say it.
update identity.organization
  set institution_kind = 'publicInstitution',
    kind_confirmed_at = case when state in ('verified', 'suspended') then changed_at end
  where 'institution' = any (requested_roles) and uscc like '1%' and institution_kind is null;
--> statement-breakpoint
-- From now on none is verified of which nobody knows what it is.
create function identity.require_kind() returns trigger language plpgsql as $$
begin
  if new.state = 'verified' and old.state = 'accepted' and 'institution' = any (new.requested_roles)
      and (new.institution_kind is null or new.kind_confirmed_at is null) then
    raise exception 'an institution is verified with its kind' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger organization_kind_required before update of state on identity.organization
  for each row execute function identity.require_kind();
--> statement-breakpoint
-- Only a public service enterprise publishes what it is not mandated to (Art 25).
create function resources.require_enterprise() returns trigger language plpgsql as $$
begin
  if new.is_voluntary and not exists (select from resources.entry e
      join identity.organization o on o.id = e.organization_id
      where e.id = new.entry_id and o.institution_kind = 'publicServiceEnterprise' and o.kind_confirmed_at is not null) then
    raise exception 'only public service enterprises publish voluntarily' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger entry_version_voluntary before insert or update of is_voluntary on resources.entry_version
  for each row execute function resources.require_enterprise();
