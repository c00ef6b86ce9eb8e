-- Receipts come as segments of their own beside the journals; the view delivery ranks them above what the sending knew.
COMMENT ON COLUMN delivery_event.segment IS 'Journal file; its name orders the epochs of a shard. Receipts of gateways lie in receipts.eNNNN.journal.';
COMMENT ON COLUMN delivery_event.code IS 'Reply code or reason, never the reply text; receipt where the gateway told it later.';
