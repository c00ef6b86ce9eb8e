-- Reads cell_unit. One row per cell, with its units.
SELECT cell, segment, options, size, floor_groups, count(*) AS units
FROM cell_unit
GROUP BY ALL
ORDER BY cell
