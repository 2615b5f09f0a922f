-- Orders made before rejections and disputes were counted: the log has each of them.
UPDATE orders."order" o SET
  rejections = (SELECT count(*) FROM kernel.audit_entry a
    WHERE a.subject_kind = 'order' AND a.subject_id = o.id::text AND a.action = 'order.reject'),
  disputes = (SELECT count(*) FROM kernel.audit_entry a
    WHERE a.subject_kind = 'order' AND a.subject_id = o.id::text AND a.action = 'order.dispute');
