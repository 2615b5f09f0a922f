create trigger signing_approval_kept before update or delete or truncate on contracts.signing_approval
  for each statement execute function contracts.keep_record();
