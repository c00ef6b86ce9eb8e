-- What a message priced per part was counted to take.

ALTER TABLE message ADD COLUMN parts INTEGER;
COMMENT ON COLUMN message.parts IS 'Parts of the filled message where its channel is priced per part, such as a text message; otherwise null.';
COMMENT ON COLUMN message.cost_sek IS 'Cost of the message, kronor: that of its channel, times its parts where it has any.';
