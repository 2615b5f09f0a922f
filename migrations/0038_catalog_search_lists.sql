-- A facet of a kept search takes several values: those kept with one become lists of one.
update catalog.saved_search s
set query = coalesce((
  select jsonb_object_agg(e.key,
    case when e.key in ('industry', 'theme', 'type', 'priceKind', 'division', 'format') and jsonb_typeof(e.value) = 'string'
      then jsonb_build_array(e.value) else e.value end)
  from jsonb_each(s.query) e), '{}'::jsonb);
