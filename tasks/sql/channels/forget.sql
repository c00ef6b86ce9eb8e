-- Writes audience.excluded_reason: whoever an earlier plan of the run left out may be planned for again.
UPDATE audience SET excluded_reason = NULL
WHERE run = $run AND excluded_reason IN ('unreachable', 'over_budget', 'other_wave')
