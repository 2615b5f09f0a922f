-- Where the rows of a version stand once more is said once: versions never change, and neither do their copies.
create function data.keep_copy() returns trigger language plpgsql as $$
begin
  raise exception 'the copy of a data version stays as it is' using errcode = 'restrict_violation';
end $$;
--> statement-breakpoint
create trigger data_copy_kept before update or delete on data.data_copy
  for each row execute function data.keep_copy();
