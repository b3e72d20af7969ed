-- Names and display names share one space: nobody is called by another's name, also
-- not with an @ before it, whichever of them was there first.
CREATE INDEX accounts_by_display ON accounts (lower(ltrim(display, '@ '))) WHERE held AND display <> '';

UPDATE accounts SET display = '' WHERE held AND display <> '' AND EXISTS (
	SELECT 1 FROM accounts other WHERE other.name = lower(ltrim(accounts.display, '@ ')) AND other.held AND other.id <> accounts.id);
