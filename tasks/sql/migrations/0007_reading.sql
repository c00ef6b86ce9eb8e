-- Findings that a person must read get an id of their own, by which they are accepted one by one.
ALTER TABLE check_result ADD COLUMN finding VARCHAR;
COMMENT ON COLUMN check_result.finding IS 'Id by which an approver accepts it, such as politics:1; null unless a person must read it.';
COMMENT ON COLUMN approval.reviewed IS 'Ids of the findings of kind H that the approver has read and accepts, such as politics:1.';
