-- Null also once its receiver has answered 410: it wants no more webhooks.
ALTER TABLE orders ADD COLUMN callback_url text;
